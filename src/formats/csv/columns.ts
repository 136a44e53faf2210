/** What the columns of a table of images are: by the names in its first line, or by what they hold. */
import { dataError, usageError } from "../../base/errors.js";

/** Numbers of columns, from 0. */
export interface Columns {
  /** Of the pixels, in their order in the image; of one alone where a cell holds all of them. */
  readonly pixels: readonly number[];
  /** Null for images without labels. */
  readonly label: number | null;
  /** Says which split a row belongs to; null where nothing does. */
  readonly split: number | null;
  readonly splitName: string;
  /** Names the row; null where nothing does. */
  readonly id: number | null;
  readonly idName?: string | undefined;
  /** What a person should know of the choice. */
  readonly notes: readonly string[];
}

/** Names of the label's column, the surest first. */
export const labelNames = [
  ..."label labels class classes target targets y category label_name class_name label_id class_id classid".split(" "),
  ..."fine_label digit letter character emotion species breed diagnosis".split(" "),
];
export const splitNames = "split usage set subset partition is_test is_train is_training is_valid is_validation".split(
  " ",
);
const idNames = ["", "unnamed: 0", "index", "id", "idx", "row", "no", "imageid", "image_id", "file", "filename"];

/** True for what columns of labels, splits and row names are called. */
export function isKnownName(cell: string): boolean {
  const word = cell.toLowerCase();
  return word !== "" && [labelNames, splitNames, idNames].some((names) => names.includes(word));
}

/** `--label first`, `--label last`: the place and no name. */
const places = { first: 0, last: -1 } as const;
const isPlace = (label: string | undefined): label is keyof typeof places => label !== undefined && label in places;

/**
 * The columns of a table whose first line names them. `asked` is `--label`. Throws `usageError` where the label is asked
 * for and not there, `dataError` where it could be one of several.
 */
export function namedColumns(names: readonly string[], asked: string | undefined, path: string): Columns {
  const words = names.map((name) => name.toLowerCase());
  const { columns: pixels, isAcross } = numberedColumns(words);
  const others = words.map((_, i) => i).filter((i) => !pixels.includes(i));
  const split = others.find((i) => splitNames.includes(words[i])) ?? null;
  const id = others.find((i) => idNames.includes(words[i])) ?? null;
  // pandas writes its index without a name, and reads it as "Unnamed: 0".
  const idName = id === null ? undefined : ["", "unnamed: 0"].includes(words[id]) ? "id" : names[id];
  const free = others.filter((i) => i !== split && !idNames.includes(words[i]));
  const label = labelOf({ names, words, pixels, free, others, asked, path });
  // Names without numbers say nothing of an order: all that is left is pixels, as it lies.
  const own = (i: number) => i !== label && i !== split && !idNames.includes(words[i]);
  const found = (pixels.length > 0 ? pixels : others).filter(own);
  const left = others.filter((i) => own(i) && !found.includes(i)).map((i) => names[i]);
  const notes = [
    ...(left.length > 0 ? [`Left out: ${left.length === 1 ? "the column" : "the columns"} ${left.join(", ")}.`] : []),
    ...(label !== null && !labelNames.includes(words[label]) && asked === undefined
      ? [`The column ${names[label]} was taken for the label; --label NAME says otherwise.`]
      : []),
    ...(isAcross
      ? [
          `Columns lie as if ${names[pixels[1]]} were right of ${names[pixels[0]]}, not below: pixels were taken as they lie; --layout columns turns them.`,
        ]
      : []),
  ];
  return { pixels: found, label, split, splitName: split === null ? "" : names[split], id, idName, notes };
}

interface Choice {
  readonly names: readonly string[];
  readonly words: readonly string[];
  readonly pixels: readonly number[];
  /** Columns that are neither pixels nor anything else that is known. */
  readonly free: readonly number[];
  readonly others: readonly number[];
  readonly asked: string | undefined;
  readonly path: string;
}

function labelOf({ names, words, pixels, free, others, asked, path }: Choice): number | null {
  if (asked !== undefined) {
    const exact = names.indexOf(asked);
    if (exact >= 0) return exact;
    const found = words.indexOf(asked.toLowerCase());
    if (found >= 0) return found;
    if (isPlace(asked)) return asked === "first" ? 0 : names.length - 1;
    const expected = `first, last, or the name of a column of ${path} (${someNames(others, pixels, names)})`;
    throw usageError({ where: "--label", expected, got: asked });
  }
  const known = labelNames.find((name) => words.includes(name));
  if (known !== undefined) return words.indexOf(known);
  if (pixels.length === 0 || free.length === 0) return null;
  if (free.length === 1) return free[0];
  throw dataError({
    where: path,
    expected: "one column of labels beside those of the pixels",
    got: free.map((i) => names[i]).join(", "),
    fix: "--label NAME says which one it is.",
  });
}

function someNames(others: readonly number[], pixels: readonly number[], names: readonly string[]): string {
  const [first, last] = [names[pixels[0]], names[pixels[pixels.length - 1]]];
  return [...others.map((i) => names[i]), ...(pixels.length > 0 ? [`${first} … ${last}`] : [])].join(", ");
}

/**
 * The columns whose names are alike but for their numbers, in the order of these: `pixel2` before `pixel10`, `1x10` before
 * `2x1`. Three such families called r, g and b give three colors for each pixel. None where fewer than half are alike.
 * `isAcross`: of two bare numbers (`px_3_0`) the first counts up first, so it may be the column: they stay as they lie.
 */
function numberedColumns(words: readonly string[]): { columns: number[]; isAcross: boolean } {
  const families = new Map<string, number[]>();
  for (const [i, word] of words.entries()) {
    if (!/\d/.test(word)) continue;
    const family = word.replace(/\d+/g, "#");
    families.set(family, [...(families.get(family) ?? []), i]);
  }
  const colors = ["r", "g", "b"].map((letter) =>
    [...families].find(([family]) => colorOf(family) === letter && families.size >= 3),
  );
  const largest = [...families.values()].reduce((best, family) => (family.length > best.length ? family : best), []);
  const chosen = colors.every((family) => family?.[1].length === largest.length)
    ? colors.map((family) => family![1])
    : [largest];
  const all = chosen.flatMap((columns, color) =>
    columns.map((column) => ({ column, color, key: numbersIn(words[column]) })),
  );
  if (2 * all.length <= words.length) return { columns: [], isAcross: false };
  const asTheyLie = [...all].sort((a, b) => a.column - b.column);
  const [{ column }] = asTheyLie;
  const isAcross =
    /^[^\d]*[_\W]\d+_\d+$/.test(words[column]) &&
    !/row|col/.test(words[column]) &&
    asTheyLie.every(
      ({ key }, i) => i === 0 || compareNumbers([...asTheyLie[i - 1].key].reverse(), [...key].reverse()) < 0,
    );
  const ordered = isAcross ? asTheyLie : all.sort((a, b) => compareNumbers(a.key, b.key) || a.color - b.color);
  return { columns: ordered.map(({ column }) => column), isAcross };
}

const colorOf = (family: string): string | undefined =>
  /(?:^|[^a-z])(r|g|b|red|green|blue)(?:[^a-z]|$)/.exec(family)?.[1][0];

/** `x3y2` and `col3_row2` give the column first, unlike `3x2` and `r3c2`: the row is what rows are sorted by. */
function numbersIn(word: string): number[] {
  const numbers = Array.from(word.matchAll(/\d+/g), ([run]) => Number(run));
  return /(?:^|[^a-z])(?:x_?\d+\D*y|c(?:ol(?:umn)?)?_?\d+\D*r(?:ow)?)_?\d+$/.test(word) ? numbers.reverse() : numbers;
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
