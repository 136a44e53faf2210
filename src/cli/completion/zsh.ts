/** Completion for zsh: a function of `_arguments` for each command, and one for each kind of value. */
import { type Described, type DescribedOption, type Operand, type Value, type Word, withBelow } from "../described.js";
import { byValue, keysOf, plain } from "./shared.js";

export function zsh(program: Described): string {
  const all = withBelow(program);
  const groups = [...byValue(all.flatMap(keysOf))];
  const completers = new Map(groups.flatMap(([, keys], i) => keys.map((key) => [key, `_heddle_values_${i + 1}`])));
  const values = groups.map(([value], i) => completer(`_heddle_values_${i + 1}`, value));
  const functions = all.map((command) => commandFunction(command, completers));
  return [
    "#compdef heddle",
    "# Completion of heddle for zsh, made by heddle itself from what its help lists.",
    ...values,
    ...functions,
    npx,
  ].join("\n\n");
}

/** Both ways of having the script: as a file of a folder in $fpath, where this runs inside its function, and by `source`. */
const npx = `_heddle_npx() {
  if [[ \${words[2]} == heddle ]]; then
    shift words
    (( CURRENT-- ))
    _heddle
  else
    _default
  fi
}

if [[ \${funcstack[1]} == _heddle ]]; then
  _heddle "$@"
else
  compdef _heddle heddle
  # Where nothing else completes it: after "npx heddle".
  (( \${+_comps[npx]} )) || compdef _heddle_npx npx
fi
`;

const functionName = (path: string): string => ["_heddle", ...path.split(" ").filter(Boolean)].join("_");

function commandFunction({ path, options, operands, commands }: Described, completers: Map<string, string>): string {
  const specs = options.map((option) => optionSpec(option, completers.get(`${path} ${option.names[0]}`)));
  if (commands.length === 0) {
    const rest = operands.map((operand, i) => operandSpec(operand, i, completers.get(`${path} operand ${i}`)));
    return `${functionName(path)}() {\n  _arguments -s ${lines([...specs, ...rest])}\n}`;
  }
  const children = commands.map((child) => ({ name: child.path.split(" ").at(-1) ?? "", summary: child.summary }));
  const calls = commands.map((child) => `        ${child.path.split(" ").at(-1)}) ${functionName(child.path)} ;;`);
  return `${functionName(path)}() {
  local curcontext="$curcontext" state line
  local -a commands=(
${described(children)}
  )
  _arguments -C ${lines([...specs, "'1: :->command'", "'*:: :->rest'"])}
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case \${line[1]} in
${calls.join("\n")}
      esac
      ;;
  esac
}`;
}

const lines = (specs: readonly string[]): string => specs.map((spec) => `\\\n    ${spec}`).join(" ");

/** An option that has two names is offered until one of them is there. */
function optionSpec({ names, summary, value, optional }: DescribedOption, completer: string | undefined): string {
  const text = `[${summary.replace(/[\\\]]/g, "\\$&")}]`;
  const ending = value === null ? "" : `${optional ? "::" : ":"}${message(value)}:${completer ?? " "}`;
  const heads = names.map((name) => (value === null ? name : name.startsWith("--") ? `${name}=` : `${name}+`));
  if (heads.length === 1) return quoted(heads[0] + text + ending);
  return `${quoted(`(${names.join(" ")})`)}{${heads.join(",")}}${quoted(text + ending)}`;
}

function operandSpec({ value, required, variadic }: Operand, index: number, completer: string | undefined): string {
  const place = variadic ? "*:" : `${index + 1}:${required ? "" : ":"}`;
  return quoted(`${place}${message(value)}:${completer ?? " "}`);
}

const message = ({ placeholder }: Value): string => placeholder.replace(/[\\:]/g, "\\$&") || "value";

/** Words with what they are, and paths. */
function completer(name: string, { words, prefixes, runs, paths }: Value): string {
  const body: string[] = [];
  const [named, beginnings] = [plain(words), plain(prefixes)];
  if (beginnings.length > 0) {
    const any = beginnings.map((each) => each.name).join("|");
    body.push(`  if compset -P '(${any})'; then _files; return; fi`);
    body.push(`  local -a prefixes=(\n${described(beginnings)}\n  )`, "  _describe -t prefixes form prefixes -S ''");
  }
  if (named.length > 0) body.push(`  local -a list=(\n${described(named)}\n  )`, "  _describe -t values value list");
  // Before anything is typed, the runs that are here stand for all folders.
  if (runs)
    body.push(
      "  local -a found=(runs/*(/N))",
      "  if [[ -z $PREFIX && -n $found ]]; then compadd -f -- $found; return; fi",
    );
  if (paths !== null) body.push(paths === "folder" ? "  _files -/" : "  _files");
  return `${name}() {\n${body.join("\n")}\n}`;
}

const described = (words: readonly Word[]): string =>
  words.map(({ name, summary }) => `    ${quoted(entry(name, summary))}`).join("\n");

/** "name:summary" as `_describe` takes it. */
const entry = (name: string, summary: string): string =>
  `${name.replaceAll(":", "\\:")}${summary === "" ? "" : `:${summary}`}`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
