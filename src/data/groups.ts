/** `--group-by`: samples that must not be parted by a split, as several images of one thing. */

import { dataError, usageError } from "../base/errors.js";
import { isFile } from "../base/path-kind.js";
import { readWholeFile } from "../base/read-file.js";
import { utf8Text } from "../base/utf8.js";
import type { Dataset } from "./dataset.js";

const where = "--group-by";

/**
 * A number for each sample of the training split, the same for samples of one group. `groupBy` is a file with the name
 * of a group on each line, in the order of the samples; or, where no such file is there, a regular expression whose
 * first capture finds the group in a sample's name. Throws `usageError` for a pattern that does not fit the names,
 * `dataError` for a file that does not fit the set.
 */
export function readGroups(groupBy: string, { name, train }: Pick<Dataset, "name" | "train">): Uint32Array {
  return numbered(isFile(groupBy) ? readLines(groupBy, train.count) : captured(groupBy, name, train.names));
}

/** The group in a sample's name; null for a file, which has groups of the training split alone. Throws `usageError` for what is no pattern. */
export function groupNamer(groupBy: string): ((name: string) => string | undefined) | null {
  if (isFile(groupBy)) return null;
  const expression = compile(groupBy);
  return (name) => expression.exec(name)?.[1];
}

/** Groups whose first sample comes earlier have lower numbers. */
function numbered(groups: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>();
  return Uint32Array.from(groups, (group) => {
    const number = numbers.get(group) ?? numbers.size;
    numbers.set(group, number);
    return number;
  });
}

function readLines(path: string, count: number): string[] {
  const lines = utf8Text(readWholeFile(path, "a file with a group on each line"), path).split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const empty = lines.indexOf("");
  if (empty >= 0) {
    throw dataError({ where: `${path}, line ${empty + 1}`, expected: "the name of a group", got: "nothing" });
  }
  if (lines.length === count) return lines;
  const expected = `${count} lines, the group of each sample of the training split`;
  throw dataError({ where: path, expected, got: `${lines.length}` });
}

function captured(pattern: string, dataset: string, names: readonly string[] | undefined): string[] {
  const expression = compile(pattern);
  if (!names) {
    throw usageError({
      where,
      expected: `a file with a group on each line: samples of ${dataset} have no names`,
      got: `${JSON.stringify(pattern)}, and no such file`,
    });
  }
  const groups = names.map((name) => expression.exec(name)?.[1]);
  const outside = names.filter((_, i) => groups[i] === undefined);
  if (outside.length > 0) {
    throw usageError({
      where,
      expected: "a pattern that finds a group in every sample's name",
      got: `${JSON.stringify(pattern)}, which finds none in ${outside.length} of ${names.length} (as ${outside[0]})`,
    });
  }
  return groups as string[];
}

function compile(pattern: string): RegExp {
  try {
    const captures = new RegExp(`${pattern}|`, "u").exec("")!.length - 1;
    if (captures > 0) return new RegExp(pattern, "u");
  } catch (cause) {
    const got = `${JSON.stringify(pattern)} (${(cause as Error).message})`;
    throw usageError({ where, expected: "a regular expression, or a file", got, cause });
  }
  throw usageError({
    where,
    expected: "a file, or a pattern with a group in parentheses, as ^[^/]+/([^_]+)_",
    got: `${JSON.stringify(pattern)}, which has none and names no file`,
  });
}
