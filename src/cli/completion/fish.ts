/** Completion for fish: a line for each option of each command. */
import { type Described, type DescribedOption, type Value, withBelow } from "../described.js";
import { plain } from "./shared.js";

export function fish(program: Described): string {
  const all = withBelow(program);
  const paths = all.flatMap(({ path }) => (path === "" ? [] : [quoted(path)]));
  return template(paths.join(" "), all.flatMap(linesOf).join("\n"));
}

/** What is said once holds for `heddle` and, under the same condition, for `npx heddle`. */
function linesOf({ path, options, operands, commands }: Described): string[] {
  const here = `__heddle_complete ${quoted(path)}`;
  const children = commands.map(
    (child) => `${here} -a ${quoted(child.path.split(" ").at(-1) ?? "")} -d ${quoted(child.summary)}`,
  );
  // Operands are not counted: of those of one command, all are of one kind.
  const values = operands.flatMap(({ value }) => wordLines(value).map((line) => `${here} ${line}`));
  return [...children, ...values, ...options.flatMap((option) => optionLines(here, option))];
}

function optionLines(here: string, { names, summary, value, optional }: DescribedOption): string[] {
  const named = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(" ");
  const line = `${here} ${named} -d ${quoted(summary)}`;
  // fish knows no value that may be left out.
  if (value === null || optional) return [line];
  const words = wordLines(value);
  return words.length === 0
    ? [`${line} -x`]
    : words.map((each, i) => `${i === 0 ? line : `${here} ${named}`} -r ${each}`);
}

function wordLines({ words, prefixes, runs, paths }: Value): string[] {
  const all = [...plain(words), ...plain(prefixes)];
  // fish expands the list once more: a tab and a quoted text after a word say what it is.
  const list = all.map(({ name, summary }) => (summary === "" ? name : `${name}\\t${quoted(summary)}`)).join(" ");
  return [
    ...(all.length > 0 ? [`-f -a ${quoted(list)}`] : []),
    ...(prefixes.length > 0
      ? [
          `-f -a '(__heddle_paths ${plain(prefixes)
            .map(({ name }) => name)
            .join(" ")})'`,
        ]
      : []),
    ...(runs ? ["-f -a '(__heddle_runs)'"] : []),
    ...(paths === "folder" ? ["-f -a '(__fish_complete_directories)'"] : paths === "file" ? ["-F"] : []),
  ];
}

const quoted = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const template = (
  paths: string,
  lines: string,
): string => `# Completion of heddle for fish, made by heddle itself from what its help lists.

function __heddle_at -d "Whether the words so far name that command, and no command below it"
    set -l words (commandline -opc)
    if string match -qr '(^|/)npx$' -- $words[1]
        test "$words[2]" = heddle; or return 1
        set -e words[1]
    end
    set -l at ''
    for word in $words[2..-1]
        string match -q -- '-*' $word; and continue
        set -l below (string trim -- "$at $word")
        contains -- $below ${paths}; or break
        set at $below
    end
    test "$at" = "$argv[1]"
end

function __heddle_runs -d "Run folders, before anything is typed"
    test -z (commandline -ct | string collect); or return
    set -l runs runs/*/
    printf '%s\\n' $runs
end

function __heddle_paths -d "Paths behind the beginnings given"
    set -l typed (commandline -ct | string replace -r '^--[a-z0-9-]+=' '')
    for prefix in $argv
        if string match -q -- "$prefix*" $typed
            set -l rest (string replace -- $prefix '' $typed)
            printf '%s\\n' $prefix(complete -C"__heddle_any $rest")
        end
    end
end

function __heddle_complete
    complete -c heddle -n "__heddle_at '$argv[1]'" $argv[2..-1]
    complete -c npx -n "__heddle_at '$argv[1]'" $argv[2..-1]
end

complete -c heddle -f
${lines}
functions -e __heddle_complete
`;
