/** What the scripts of all shells are made from. */
import type { Described, Value, Word } from "../described.js";

/** The texts under which a command's values are looked up: "train --dataset", "predict operand 1". */
export const keysOf = ({ path, options, operands }: Described): readonly [key: string, value: Value][] => [
  ...options.flatMap(({ names, value }) =>
    value === null ? [] : names.map((name): [string, Value] => [`${path} ${name}`, value]),
  ),
  ...operands.map(({ value }, i): [string, Value] => [`${path} operand ${i}`, value]),
];

/** Most values are those of many options; those that nothing is known of are left out. */
export function byValue(keyed: readonly [key: string, value: Value][]): Map<Value, string[]> {
  const groups = new Map<string, [Value, string[]]>();
  for (const [key, value] of keyed) {
    const { words, prefixes, paths } = value;
    if (words.length === 0 && prefixes.length === 0 && paths === null) continue;
    const text = JSON.stringify({ ...value, placeholder: "" });
    const group = groups.get(text);
    if (group) group[1].push(key);
    else groups.set(text, [value, [key]]);
  }
  return new Map(groups.values());
}

/** Names that no shell takes for anything but a word. */
export const plain = (words: readonly Word[]): readonly Word[] => words.filter(({ name }) => /^[\w.:+-]+$/.test(name));
