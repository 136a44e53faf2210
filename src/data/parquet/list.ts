/** From parquet files to a listing of images, and the tree that reads them, a row group at a time. */
import { dirname, relative } from "node:path";
import { dataError, type HeddleError } from "../../base/errors.js";
import { type Finding, someOf } from "../../base/finding.js";
import { LabelColumn } from "../../formats/labels.js";
import { ParquetFile } from "../../formats/parquet.js";
import type { LoadOptions } from "../dataset.js";
import type { ImageFile, ImageListing } from "../images/listing.js";
import type { FileTree, TreeFile } from "../images/tree.js";
import { nameClasses } from "../name-classes.js";
import { type RawSplit, takeSamples } from "../raw-split.js";
import { type SplitName, splitInCell } from "../split-words.js";
import { type ParquetColumns, parquetColumns } from "./columns.js";
import type { ParquetPart } from "./files.js";

export interface ParquetImages {
  readonly tree: FileTree;
  readonly listing: ImageListing;
}

interface Part extends ParquetPart {
  readonly file: ParquetFile;
  readonly columns: ParquetColumns;
  /** What names of its rows begin with. */
  readonly prefix: string;
}

/** An image is named by its file and its row, from 1: "train.parquet, row 7". */
const rowName = (prefix: string, row: number): string => `${prefix}, row ${row + 1}`;

/** Throws `dataError` where the files have no images, or no classes. */
export async function listParquet(
  root: string,
  files: readonly ParquetPart[],
  { label }: LoadOptions,
): Promise<ParquetImages> {
  const parts: Part[] = [];
  const base = files.length === 1 && files[0].path === root ? dirname(root) : root;
  // A split alone, called as no training split is, is the whole set: one to be asked about.
  const alone = files.some(({ split }) => split === "train") ? null : files[0].split;
  for (const { path, split: named } of files) {
    const split = alone === null ? named : "train";
    const file = await ParquetFile.open(path);
    parts.push({ path, split, file, columns: parquetColumns(file, label), prefix: relative(base, path) });
  }
  if (parts.every(({ file }) => file.groups.every(({ rows }) => rows === 0))) {
    throw dataError({ where: someOf(parts.map(({ path }) => path)), expected: "rows of images", got: "none" });
  }
  const splits: Record<SplitName, RawSplit | null> = { train: null, test: null, validation: null };
  const names = (parts.find(({ split }) => split === "train") ?? parts[0]).columns.names;
  for (const split of ["train", "test", "validation"] as const) {
    const own = parts.filter((part) => part.split === split);
    if (own.length > 0) Object.assign(splits, await readLabels(own, split, names));
  }
  const fix = "The names of its classes stand in the file, by the library datasets (ClassLabel).";
  const named = nameClasses(splits, names && { texts: names, isFixed: true, fix }, { label });
  const filesOf = (split: SplitName): ImageFile[] | null => {
    const found = named[split];
    return found && Array.from(found.labels, (own, i) => ({ name: found.names![i], label: own }));
  };
  const [train, test, validation] = [filesOf("train")!, filesOf("test"), filesOf("validation")];
  const told = alone === null ? [] : [`There is no other split than the ${alone} split: it was taken as the set.`];
  const notes = new Set([...told, ...parts.flatMap(({ columns }) => columns.notes), ...named.notes]);
  const findings = Array.from(notes, (evidence): Finding => ({ id: "parquet", severity: "note", evidence, fix: "" }));
  return { tree: treeOf(root, base, parts), listing: { classes: named.classes, train, test, validation, findings } };
}

/** The labels of the files of a split; where a column names splits, of several. */
async function readLabels(
  parts: readonly Part[],
  split: SplitName,
  names: readonly string[] | null,
): Promise<Partial<Record<SplitName, RawSplit>>> {
  const texts: string[] = [];
  const ids: string[] = [];
  const cells: SplitName[] = [];
  for (const { file, columns, prefix } of parts) {
    const textOf = labelsBy(names, columns.names);
    for (const [group, { start, rows }] of file.groups.entries()) {
      if (rows === 0) continue;
      const labels = columns.label === null ? null : await file.read(columns.label, group);
      const named = columns.split === null ? null : await file.read(columns.split, group);
      for (let i = 0; i < rows; i++) {
        ids.push(rowName(prefix, start + i));
        if (labels) texts.push(textOf(labels[i]));
        if (named) cells.push(splitOf(columns.split!, cellText(named[i]), `${file.path}, row ${start + i + 1}`));
      }
    }
  }
  const isLabelled = parts.every(({ columns }) => columns.label !== null);
  const whole: RawSplit = {
    count: ids.length,
    images: new Uint8Array(0),
    labels: isLabelled ? LabelColumn.from(texts, texts.length) : null,
    ids,
    path: someOf(parts.map(({ path }) => path)),
    where: (sample) => ids[sample],
  };
  if (cells.length === 0) return { [split]: whole };
  const rowsOf = (name: SplitName) => Uint32Array.from(ids.keys()).filter((i) => cells[i] === name);
  return Object.fromEntries([...new Set(cells)].map((name) => [name, takeSamples(whole, rowsOf(name))]));
}

function splitOf(column: string, cell: string, where: string): SplitName {
  const found = splitInCell(column, cell);
  if (found) return found;
  const expected = `the name of a split in the column ${column} (train, test, validation)`;
  throw dataError({ where, expected, got: JSON.stringify(cell) });
}

/**
 * The label in a cell, as the training split numbers its classes: a file that has them in another order means the same ones
 * by name. A class that the training split does not have stays a name.
 */
function labelsBy(names: readonly string[] | null, own: readonly string[] | null): (value: unknown) => string {
  if (!names || !own || own.every((name, label) => name === names[label])) return cellText;
  const labels = own.map((name) => (names.includes(name) ? `${names.indexOf(name)}` : name));
  return (value) => {
    const text = cellText(value);
    return /^\d+$/.test(text) ? (labels[Number(text)] ?? text) : text;
  };
}

/** Empty where there is no value. */
function cellText(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean" ? `${Number(value)}` : "";
}

function treeOf(root: string, base: string, parts: readonly Part[]): FileTree {
  const partOf = (name: string): Part => parts.find(({ prefix }) => name.startsWith(`${prefix}, row `)) ?? parts[0];
  return {
    root,
    entries: () => [],
    where: (name) => `${partOf(name).path}${name.slice(partOf(name).prefix.length)}`,
    onDisk: (name) => partOf(name).path,
    asFolder: () => `parquet:${base}`,
    async *read(names) {
      const places = new Map(names.map((name, index) => [name, index]));
      for (const { file, columns, prefix } of parts) {
        for (const [group, { start, rows }] of file.groups.entries()) {
          const wanted = Array.from({ length: rows }, (_, i) => places.get(rowName(prefix, start + i)));
          if (wanted.every((index) => index === undefined)) continue;
          const values = await file.read(columns.image, group);
          for (const [i, index] of wanted.entries()) {
            if (index !== undefined) yield imageAt(index, values[i], `${file.path}, row ${start + i + 1}`, columns);
          }
        }
      }
    },
  };
}

/** The image file in a row. An empty one has no bytes: whoever decodes it says so, by its row. */
function imageAt(index: number, value: unknown, where: string, { image, isStruct }: ParquetColumns): TreeFile {
  const parts = isStruct ? (value as { bytes?: unknown; path?: unknown } | null) : { bytes: value };
  const bytes = parts?.bytes;
  if (bytes instanceof Uint8Array) return { index, bytes: () => Promise.resolve(bytes) };
  const path = parts?.path;
  if (path === null || path === undefined) return { index, bytes: () => Promise.resolve(new Uint8Array(0)) };
  throw pathsAlone(where, image, path);
}

function pathsAlone(where: string, image: string, path: unknown): HeddleError {
  const text = path instanceof Uint8Array ? new TextDecoder().decode(path) : JSON.stringify(path);
  return dataError({
    where,
    expected: `an image's bytes in the column ${image}`,
    got: `a path alone (${text.slice(0, 80)})`,
    fix: "Write the files into it: datasets embeds them by to_parquet after cast_column(NAME, Image()).",
  });
}
