/** Completion for bash from 3.2 on: one function walks the words typed so far, over tables made of the commands. */
import { type Described, type Value, withBelow } from "../described.js";
import { byValue, keysOf, plain } from "./shared.js";

export function bash(program: Described): string {
  const all = withBelow(program);
  const tables = all.map(({ path, options, commands }) => {
    const flags = options.flatMap(({ names }) => names).join(" ");
    const valued = options.filter(({ value }) => value !== null).flatMap(({ names }) => names);
    const children = commands.map((child) => child.path.split(" ").at(-1)).join(" ");
    return `    '${path}') children='${children}' flags='${flags}' valued=' ${valued.join(" ")} ' ;;`;
  });
  const variadic = new Map(all.flatMap(({ path, operands }) => (operands.at(-1)?.variadic ? [[path, operands]] : [])));
  // What may be given many times stands for all operands from there on.
  const pattern = (key: string): string => {
    const [, path, index] = /^(.*) operand (\d)$/.exec(key) ?? [];
    const repeated = path !== undefined && variadic.get(path)?.length === Number(index) + 1;
    return repeated ? `'${path} operand '[${index}-9]*` : `'${key}'`;
  };
  const values = [...byValue(all.flatMap(keysOf))].map(
    ([value, keys]) => `    ${keys.map(pattern).join("|")}) ${assignments(value)} ;;`,
  );
  return template(tables.join("\n"), values.join("\n"));
}

function assignments({ words, prefixes, runs, paths }: Value): string {
  const texts = {
    list: [...plain(words), ...plain(prefixes)].map(({ name }) => name).join(" "),
    prefixes: plain(prefixes)
      .map(({ name }) => name)
      .join(" "),
    runs: runs ? "yes" : "",
    paths: paths ?? "",
  };
  return Object.entries(texts)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `${name}='${text}'`)
    .join(" ");
}

const template = (
  tables: string,
  values: string,
): string => `# Completion of heddle for bash, made by heddle itself from what its help lists.

_heddle_tables() {
  case $1 in
${tables}
  esac
}

_heddle_values() {
  case $1 in
${values}
  esac
}

_heddle_add() {
  local reply
  while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen "$@")
}

_heddle() {
  local i part glued='' word typed command='' option='' operand=0 first=1 start='' cut=''
  local children='' flags='' valued='' list='' prefixes='' runs='' paths=''
  local words=()
  COMPREPLY=()
  if [[ \${COMP_WORDS[0]##*/} == npx ]]; then
    if [[ COMP_CWORD -lt 2 || \${COMP_WORDS[1]} != heddle ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    first=2
  fi

  # Bash cuts words at ":" and "=": here they are whole again.
  for ((i = first; i <= COMP_CWORD; i++)); do
    part=\${COMP_WORDS[i]}
    if [[ $i -eq $COMP_CWORD && -z $part && \${COMP_LINE:COMP_POINT-1:1} == ' ' ]]; then glued=''; fi
    if [[ \${#words[@]} -gt 0 && ( -n $glued || $part == [:=]* ) ]]; then
      words[\${#words[@]}-1]+=$part
    else
      words+=("$part")
    fi
    if [[ $part =~ ^[:=]+$ ]]; then glued=yes; else glued=''; fi
  done
  word=\${words[\${#words[@]}-1]} typed=$word

  _heddle_tables ''
  for ((i = 0; i < \${#words[@]} - 1; i++)); do
    part=\${words[i]}
    if [[ -n $option && $part != -* ]]; then
      option=''
      continue
    fi
    option=''
    if [[ $part == -* ]]; then
      if [[ $valued == *" $part "* ]]; then option=$part; fi
    elif [[ " $children " == *" $part "* ]]; then
      command=\${command:+$command }$part
      _heddle_tables "$command"
    else
      operand=$((operand + 1))
    fi
  done

  if [[ $word == --*=* ]]; then
    option=\${word%%=*} start=\${word%%=*}= word=\${word#*=}
  fi
  if [[ -n $option && $word != --* ]]; then
    _heddle_values "$command $option"
  elif [[ $word == -* ]]; then
    list=$flags
  elif [[ -n $children ]]; then
    list=$children
  else
    _heddle_values "$command operand $operand"
  fi
  for part in $prefixes; do
    if [[ $word == "$part"* ]]; then
      start+=$part word=\${word#"$part"} list='' paths=file
      break
    fi
  done

  _heddle_add -W "$list" -- "$word"
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *: ]]; then compopt -o nospace 2>/dev/null; fi
  if [[ -n $paths ]]; then
    compopt -o filenames 2>/dev/null
    # Before anything is typed, the runs that are here stand for all folders.
    if [[ -n $runs && -z $word && -d runs ]]; then word=runs/; fi
    if [[ $paths == folder || $word == runs/ ]]; then _heddle_add -d -- "$word"; else _heddle_add -f -- "$word"; fi
  fi

  # Bash puts a reply in the place of what follows the last character that it cuts at.
  for ((i = \${#typed}; i > 0; i--)); do
    part=\${typed:i-1:1}
    if [[ $part == [:=] && $COMP_WORDBREAKS == *"$part"* ]]; then
      cut=\${typed:0:i}
      break
    fi
  done
  for i in "\${!COMPREPLY[@]}"; do
    part=$start\${COMPREPLY[i]}
    COMPREPLY[i]=\${part#"$cut"}
  done
}

complete -F _heddle heddle
# Where nothing else completes it: after "npx heddle".
complete -p npx >/dev/null 2>&1 || complete -F _heddle npx
`;
