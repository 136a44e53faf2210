/**
 * `csv:PATH`: a file of images as numbers (`formats/csv/`), or a folder with one for each split, found by their names:
 * `train.csv`, `mnist_test.csv.gz`, `val.tsv`. Images are square and grey unless `imageSize` and `channels` say otherwise.
 */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { dataError } from "../base/errors.js";
import { reasonOf, standardInput } from "../base/read-file.js";
import { shellWord } from "../base/shell-word.js";
import type { Scale } from "../formats/to-bytes.js";
import type { Arrays, FlatShapes } from "./arrays.js";
import type { Dataset, DatasetScheme, LoadOptions } from "./dataset.js";
import { type RawSplit, takeSamples } from "./raw-split.js";
import { isTableName, type SplitName, splitInCell, splitInName, wordsOf } from "./split-words.js";

/** What Node can hold in one buffer. */
const mostBytes = 2 ** 31;
/** So many folders are looked into for tables. */
const looked = 20;

export const csv: DatasetScheme = {
  name: "csv",
  summary: "your own images as numbers: a line for each, its pixels 0..255 and its label",
  settings: ["imageSize", "fit", "channels", "label", "layout", "maximum"],
  ending: /\.(?:csv|tsv)(?:\.gz)?$/i,
  load,
};

type Mutable<T> = { -readonly [key in keyof T]: T[key] };

async function load(path: string, options: LoadOptions): Promise<Dataset> {
  const { announce, bytesIn, finishArrays, flatShapes } = await import("./arrays.js");
  const notes: string[] = [];
  const files = isFolder(path) ? filesIn(path, notes) : [{ path, split: "train" as const }];
  const splits: Mutable<Arrays["splits"]> = { train: null, test: null, validation: null };
  let shapes = flatShapes(options);
  let shape: Arrays["shape"] | null = null;
  let scale: Scale | null = null;
  let idName: string | undefined;
  for (const file of files) {
    const onSize = (images: number, numbers: number): void => {
      if (shape && !shapes.accepts(numbers)) {
        const expected = `images of ${bytesIn(shape)} numbers, as in ${files[0].path}`;
        throw dataError({ where: file.path, expected, got: `${numbers}` });
      }
      shape ??= shapes.shapeOf(numbers, file.path);
      announce(`csv:${path}`, shape, images, options);
    };
    const {
      split,
      parts,
      scale: found,
      notes: told,
      idName: called,
    } = await readTable(file.path, shapes, scale, onSize, options);
    notes.push(...told.map((text) => (files.length > 1 ? `${basename(file.path)}: ${text}` : text)));
    if (parts && files.length === 1) Object.assign(splits, parts);
    else splits[file.split] = split;
    scale ??= found;
    idName ??= called;
    // The others hold images of the same size.
    const numbers = split.images.length / split.count;
    shapes = { accepts: (n) => n === numbers, shapeOf: shapes.shapeOf };
  }
  const layout = files.some((file) => wordsOf(basename(file.path)).includes("emnist")) ? ("columns" as const) : "rows";
  if (layout === "columns" && options.layout === undefined) notes.push(emnistNote);
  const arrays = { splits, shape: shape!, isShaped: false, layout, names: null, notes } as const;
  return { ...finishArrays(`csv:${path}`, arrays, options), idName };
}

/** EMNIST ships its images as MATLAB lays them. */
const emnistNote =
  "By their names these are EMNIST's files, whose images lie column by column: they were turned upright (--layout rows leaves them).";

/** A table in a folder of the folder, as archives leave them: that of the training split, else the first. */
function tableBelow(folder: string): string | null {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const found = folders.slice(0, looked).flatMap(({ name }) =>
    readdirSync(join(folder, name))
      .filter((file) => /\.(?:csv|tsv)(?:\.gz)?$/i.test(file))
      .map((file) => join(folder, name, file)),
  );
  return found.find((path) => splitInName(basename(path)) === "train") ?? found[0] ?? null;
}

interface TableFile {
  readonly path: string;
  readonly split: SplitName;
}

/** The tables of a folder, the training split's first. Throws `dataError` where their names do not say which is which. */
function filesIn(folder: string, notes: string[]): TableFile[] {
  const names = readdirSync(folder).filter((name) => isTableName(name) && !name.startsWith("."));
  const found = names.flatMap((name) => {
    const split = splitInName(name);
    return split === null ? [] : [{ path: join(folder, name), split }];
  });
  const others = names.filter((name) => splitInName(name) === null);
  if (found.length === 0 && others.length === 1) return [{ path: join(folder, others[0]), split: "train" }];
  for (const split of ["train", "test", "validation"] as const) {
    const same = found.filter((file) => file.split === split).map((file) => basename(file.path));
    // What is packed and not packed is one file twice.
    const bare = new Set(same.map((name) => name.replace(/\.gz$/i, "")));
    if (bare.size > 1) {
      const expected = `one table for the ${split === "train" ? "training" : split} split`;
      const areApart = same.some((name) => wordsOf(name).some((word) => ["y", "label", "labels"].includes(word)));
      const fix = areApart
        ? "Labels are read from a column of the table of pixels: put them there."
        : "Name one file, as csv:PATH/FILE; parts of one split make one table.";
      throw dataError({ where: folder, expected, got: same.join(", "), fix });
    }
  }
  const [only] = found;
  if (found.length === 1 && only.split !== "train") {
    notes.push(`There is no other table of a split than ${basename(only.path)}: it was taken as the set.`);
    if (others.length > 0) notes.push(`Left out of ${folder}: ${others.join(", ")}.`);
    return [{ path: only.path, split: "train" }];
  }
  if (!found.some(({ split }) => split === "train")) {
    const got = names.length === 0 ? "no table at all" : names.join(", ");
    const below = tableBelow(folder);
    throw dataError({
      where: folder,
      expected: "train.csv or train.csv.gz",
      got,
      fix: below === null ? "Or name one file, as csv:PATH/FILE." : `Name one file, as ${shellWord(`csv:${below}`)}.`,
    });
  }
  if (others.length > 0) notes.push(`Left out of ${folder}: ${others.join(", ")}.`);
  const order: readonly SplitName[] = ["train", "test", "validation"];
  return order.flatMap((split) => found.find((file) => file.split === split) ?? []);
}

interface Table {
  readonly split: RawSplit;
  /** Where a column divides the rows. */
  readonly parts: Partial<Record<SplitName, RawSplit>> | null;
  readonly scale: Scale;
  /** The name of the column that names the rows. */
  readonly idName: string | undefined;
  readonly notes: readonly string[];
}

async function readTable(
  path: string,
  { accepts }: FlatShapes,
  scale: Scale | null,
  onSize: (images: number, pixels: number) => void,
  { label, maximum: white }: LoadOptions,
): Promise<Table> {
  const [{ parseCsv }, { readBytes }] = await Promise.all([
    import("../formats/csv/parse.js"),
    import("../formats/files.js"),
  ]);
  const bytes = await readBytes(path, () => mostBytes);
  const parsed = parseCsv(bytes, { path, accepts, maximum: 255, white, label, scale, onSize });
  const { count, images, labels, ids, splits, notes, where } = parsed;
  const split: RawSplit = { count, images, labels, ids, path, where };
  const { scale: found, idName } = parsed;
  return { split, parts: splits && partsOf(split, splits), scale: found, idName, notes };
}

/** The rows of each split that a column names. Throws `dataError` for a cell that names none. */
function partsOf(
  split: RawSplit,
  { name, cells }: { name: string; cells: readonly string[] },
): NonNullable<Table["parts"]> {
  const samples: Record<SplitName, number[]> = { train: [], test: [], validation: [] };
  for (const [sample, cell] of cells.entries()) {
    const found = splitInCell(name, cell);
    if (found === null) {
      const expected = `the name of a split in the column ${name} (train, test, validation)`;
      throw dataError({ where: split.where(sample), expected, got: JSON.stringify(cell) });
    }
    samples[found].push(sample);
  }
  return Object.fromEntries(
    (Object.keys(samples) as SplitName[])
      .filter((part) => samples[part].length > 0)
      .map((part) => [part, takeSamples(split, Uint32Array.from(samples[part]))]),
  );
}

function isFolder(path: string): boolean {
  if (path === standardInput) return false;
  try {
    return statSync(path).isDirectory();
  } catch (cause) {
    throw dataError({ where: path, expected: "a readable file or folder", got: reasonOf(cause), cause });
  }
}
