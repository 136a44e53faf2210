/** What the columns of a table of images are: which names the file, which the class, which the split. */
import { dataError, type HeddleError, usageError } from "../../base/errors.js";
import { someOf } from "../../base/finding.js";
import { labelNames, splitNames } from "../../formats/csv/columns.js";
import { hasImageName } from "../../formats/image.js";
import type { TextTable } from "../../formats/text-table.js";

export interface LabelColumns {
  readonly file: number;
  /** One column with the class, or several of 0 and 1 with a class each (one-hot); null where the table names no classes. */
  readonly label: number | { readonly oneHot: readonly number[] } | null;
  readonly split: number | null;
  readonly names: readonly string[];
  /** The rows of data. */
  readonly rows: readonly (readonly string[])[];
  /** How many lines of the table came before them. */
  readonly skipped: number;
  readonly notes: readonly string[];
}

/** So many rows tell what a column holds. */
const looked = 50;
/** What pandas leaves, or what numbers the rows: no class. */
const rowNames = ["", "unnamed: 0", "index", "idx", "no", "row"];

/** `isFile` is true for the name of an image that is there. `asked` is `--label`. Throws `dataError` where no column names files, or several could be the class. */
export function labelColumns(
  { names, rows }: TextTable,
  path: string,
  isFile: (cell: string) => boolean,
  asked: string | undefined,
): LabelColumns {
  const sample = rows.slice(0, looked + 1);
  const isName = (cell: string): boolean => isFile(cell) || hasImageName(cell);
  const scores = rows[0].map((cell, i) => {
    const count = (test: (cell: string) => boolean) => sample.filter((row) => test(row[i])).length;
    const [there, named] = [count(isFile), count(hasImageName)];
    // Numbers of classes may be names of files too, by chance or where files are numbered.
    const isMeant =
      named > 0 || (2 * there >= sample.length && !labelNames.includes((names?.[i] ?? cell).toLowerCase()));
    return isMeant ? [there, named] : [0, 0];
  });
  const best = scores.reduce((most, score, i) => (compare(score, scores[most]) > 0 ? i : most), 0);
  if (compare(scores[best], [0, 0]) === 0) throw noFiles(path, rows);
  const isHeader = names === null && !isName(rows[0][best]) && rows.length > 1;
  const titles = names ?? (isHeader ? rows[0] : rows[0].map((_, i) => `column ${i + 1}`));
  const data = isHeader ? rows.slice(1) : rows;
  const words = titles.map((title) => title.toLowerCase());
  const others = words.map((_, i) => i).filter((i) => i !== best);
  const split = others.find((i) => splitNames.includes(words[i])) ?? null;
  const free = others.filter(
    (i) => i !== split && !rowNames.includes(words[i]) && !data.slice(0, looked).every((row) => hasImageName(row[i])),
  );
  const { label, notes } = labelOf({ titles, words, free, others, data, asked, path });
  const left = typeof label === "number" ? free.filter((i) => i !== label).map((i) => titles[i]) : [];
  const told =
    left.length === 0 ? [] : [`Left out: ${left.length === 1 ? "the column" : "the columns"} ${someOf(left, 8)}.`];
  return { file: best, label, split, names: titles, rows: data, skipped: isHeader ? 1 : 0, notes: [...notes, ...told] };
}

const compare = (a: readonly number[], b: readonly number[]): number => a[0] - b[0] || a[1] - b[1];

interface Choice {
  readonly titles: readonly string[];
  readonly words: readonly string[];
  readonly free: readonly number[];
  readonly others: readonly number[];
  readonly data: readonly (readonly string[])[];
  readonly asked: string | undefined;
  readonly path: string;
}

function labelOf(choice: Choice): Pick<LabelColumns, "label" | "notes"> {
  const { titles, words, free, others, data, asked, path } = choice;
  if (asked !== undefined) {
    const found = [titles.indexOf(asked), words.indexOf(asked.toLowerCase())].find((i) => i >= 0);
    if (found !== undefined) return { label: found, notes: [] };
    if (asked === "first" || asked === "last")
      return { label: others.at(asked === "first" ? 0 : -1) ?? null, notes: [] };
    const expected = `the name of a column of ${path} (${others.map((i) => titles[i]).join(", ")})`;
    throw usageError({ where: "--label", expected, got: asked });
  }
  const known = labelNames.find((name) => free.some((i) => words[i] === name));
  if (known !== undefined) return { label: free.find((i) => words[i] === known)!, notes: [] };
  if (free.length === 0) return { label: null, notes: [] };
  if (free.length === 1) {
    return {
      label: free[0],
      notes: [`The column ${titles[free[0]]} was taken for the class; --label NAME says otherwise.`],
    };
  }
  if (areOneHot(free, data)) {
    return {
      label: { oneHot: free },
      notes: ["Each column of 0 and 1 was taken for a class; --label NAME says otherwise."],
    };
  }
  throw dataError({
    where: path,
    expected: "one column of classes beside that of the files",
    got: someOf(
      free.map((i) => titles[i]),
      8,
    ),
    fix: "--label NAME says which one it is.",
  });
}

/** One 1 in each row, and nothing but 0 beside it. */
const areOneHot = (columns: readonly number[], data: readonly (readonly string[])[]): boolean =>
  data.every((row) => {
    const numbers = columns.map((i) => (row[i] === "" ? Number.NaN : Number(row[i])));
    return numbers.every((n) => n === 0 || n === 1) && numbers.filter((n) => n === 1).length === 1;
  });

const noFiles = (where: string, rows: readonly (readonly string[])[]): HeddleError =>
  dataError({
    where,
    expected: "a column that names the image files beside it",
    got: `lines as ${JSON.stringify((rows[1] ?? rows[0]).join(", ").slice(0, 60))}`,
    fix: "A table of pixels is csv:FILE; docs/data.md shows the forms.",
  });
