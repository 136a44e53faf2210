/** From tables of file names and classes to a listing of images. */
import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dataError, type HeddleError } from "../../base/errors.js";
import { type Finding, someOf } from "../../base/finding.js";
import { byCodeUnit, sortedNames } from "../../base/order.js";
import { kindOf } from "../../base/path-kind.js";
import { count, counted } from "../../base/text.js";
import { readBytes } from "../../formats/files.js";
import { mostTableBytes, parseTextTable } from "../../formats/text-table.js";
import type { LoadOptions } from "../dataset.js";
import { foldersOf, imagesBelow } from "../images/folders.js";
import { LeftOut } from "../images/left-out.js";
import type { ImageFile, ImageListing } from "../images/listing.js";
import { diskTree } from "../images/tree.js";
import { areNames, fractionAmong, notWhole, sameNumbers } from "../name-classes.js";
import { type SplitName, splitInCell, splitInName, splitOfFolder } from "../split-words.js";
import { type LabelColumns, labelColumns } from "./columns.js";
import { NamedFiles } from "./named-files.js";

export interface LabelledImages {
  /** The folder that the images lie in. */
  readonly root: string;
  readonly listing: ImageListing;
}

/** An image as a row names it. */
interface Row {
  readonly name: string;
  readonly label: string;
  readonly split: SplitName;
  /** The row, as errors name it. */
  readonly where: string;
}

/** Throws `dataError` where the table names files that are not there, one file under two classes, or no class. */
export async function listLabels(path: string, options: LoadOptions): Promise<LabelledImages> {
  const { tables, root } = tablesOf(path);
  const leftOut = new LeftOut();
  const images = [...imagesBelow(foldersOf(diskTree(root), new LeftOut()))];
  if (images.length === 0) throw noImages(path, root);
  const files = new NamedFiles(images);
  const rows: Row[] = [];
  const findings: Finding[] = [];
  const missing = { cells: [] as string[], where: "" };
  for (const table of tables) {
    const found = await readRows(table, files, options, missing);
    rows.push(...found.rows);
    findings.push(...found.findings);
  }
  if (missing.cells.length > (options.skipBad ?? 0)) throw notThere(missing, rows.length);
  if (missing.cells.length > 0) {
    const evidence = `Left out: ${counted(missing.cells.length, "row whose file is", "rows whose files are")} not there (${someOf(missing.cells)}).`;
    findings.push({ id: "missing-files", severity: "warning", evidence, fix: "" });
  }
  const once = withoutCopies(rows, findings);
  if (!once.some(({ split }) => split === "train")) {
    throw dataError({ where: path, expected: "rows of a training split", got: "none" });
  }
  const named = new Set(once.map(({ name }) => name));
  const unnamed = images.filter((name) => !named.has(name));
  if (unnamed.length > 0) leftOut.add("unlabelled", someOf(unnamed), unnamed.length);
  const texts = new Set(once.map(({ label }) => label));
  checkClasses([...texts], once, options);
  const classes = sortedNames(texts, "natural");
  if (classes.length < 2) {
    throw dataError({ where: path, expected: "images of at least 2 classes", got: `one class (${classes.join("")})` });
  }
  const numbers = new Map(classes.map((name, label) => [name, label]));
  const filesOf = (split: SplitName): ImageFile[] | null => {
    const own = once.filter((row) => row.split === split);
    return own.length === 0 ? null : own.map(({ name, label }) => ({ name, label: numbers.get(label)! }));
  };
  const [train, test, validation] = [filesOf("train")!, filesOf("test"), filesOf("validation")];
  return { root, listing: { classes, train, test, validation, findings: [...findings, ...leftOut.finding()] } };
}

/** Throws `dataError` for labels that measure something, and for those that name the rows where nobody asked for them. */
function checkClasses(texts: readonly string[], rows: readonly Row[], { label }: LoadOptions): void {
  const fraction = fractionAmong(texts);
  const { where } = rows.find((row) => row.label === texts[Math.max(0, fraction)])!;
  if (fraction >= 0) throw notWhole(where, texts[fraction]);
  if (label !== undefined || !areNames(texts.length, rows.length)) return;
  throw dataError({
    where,
    expected: "a column of classes, that several images share",
    got: `another one for ${texts.length === rows.length ? "each image" : "almost each image"} (${someOf(texts)})`,
    fix: "--label NAME says which column it is.",
  });
}

interface TableFile {
  readonly path: string;
  /** Which its name tells. */
  readonly split: SplitName;
  /** The folder that its names begin in, below the root with a `/` behind it. */
  readonly below: string;
}

const tableName = /\.(?:csv|tsv|txt|jsonl|ndjson)(?:\.gz)?$/i;
/** What tables of images are called where several lie side by side. */
const usualNames = /^(?:labels?|metadata|annotations?|classes|images|index)\./i;

/** The table itself, or those of a folder. */
function tablesOf(path: string): { tables: readonly TableFile[]; root: string } {
  const kind = kindOf(path);
  if (kind === "nothing") {
    throw dataError({
      where: path,
      expected: "a table of file names and classes, or a folder with one",
      got: "no such file",
    });
  }
  if (kind !== "folder") return { tables: [{ path, split: "train", below: "" }], root: dirname(path) };
  const own = readdirSync(path)
    .filter((name) => tableName.test(name) && !name.startsWith("."))
    .sort(byCodeUnit);
  const bySplit = own.flatMap((name) => {
    const split = splitInName(name);
    return split ? [{ path: join(path, name), split, below: "" }] : [];
  });
  const inside = readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const split = entry.isDirectory() ? splitOfFolder(entry.name) : null;
    if (!split) return [];
    const name = readdirSync(join(path, entry.name)).find((file) => tableName.test(file) && usualNames.test(file));
    return name ? [{ path: join(path, entry.name, name), split, below: `${entry.name}/` }] : [];
  });
  const others = own.filter((name) => splitInName(name) === null);
  const usual = others.filter((name) => usualNames.test(name));
  const single = usual.length === 1 ? usual : others;
  const found = [bySplit, inside].find((tables) => tables.some(({ split }) => split === "train"));
  if (found) return { tables: found, root: path };
  if (single.length === 1) return { tables: [{ path: join(path, single[0]), split: "train", below: "" }], root: path };
  const got = own.length === 0 ? "none" : own.join(", ");
  throw dataError({ where: path, expected: "one table of file names and classes", got, fix: "Name it: labels:FILE." });
}

/** What says that a class is not known; -1 too, but where the classes are -1 and 1. */
const unknown = new Set(["", "nan", "none", "null", "na", "n/a", "?"]);

async function readRows(
  table: TableFile,
  files: NamedFiles,
  options: LoadOptions,
  missing: { cells: string[]; where: string },
): Promise<{ rows: Row[]; findings: Finding[] }> {
  const { path, below } = table;
  const parsed = parseTextTable(await readBytes(path, () => mostTableBytes), path);
  const find = (cell: string, split: SplitName) => files.find(below + cell, split);
  const columns = labelColumns(parsed, path, (cell) => find(cell, table.split).length > 0, options.label);
  const findings: Finding[] = columns.notes.map((evidence) => ({
    id: "label-column",
    severity: "note",
    evidence,
    fix: "",
  }));
  const note = (id: string, evidence: string) => findings.push({ id, severity: "note", evidence, fix: "" });
  if (columns.label === null) {
    if (table.split === "train") throw noClass(path, columns);
    note(
      "unlabelled",
      `${path} names no classes: its ${counted(columns.rows.length, "image is", "images are")} no part of the set (predict can label them).`,
    );
    return { rows: [], findings };
  }
  const rows: Row[] = [];
  const isBinary = columns.rows.every((cells) => /^[+-]?1$/.test(labelIn(columns, cells)));
  const isUnknown = (label: string): boolean => unknown.has(label.toLowerCase()) || (!isBinary && label === "-1");
  let [unlabelled, elsewhere, otherCase] = [0, "", ""];
  for (const [i, cells] of columns.rows.entries()) {
    const where = parsed.where(i + columns.skipped);
    const cell = cells[columns.file];
    const split = columns.split === null ? table.split : splitOfRow(columns, cells, where);
    const label = labelIn(columns, cells);
    if (isUnknown(label)) {
      unlabelled++;
      continue;
    }
    const found = find(cell, split);
    if (found.length > 1)
      throw severalFiles(
        where,
        cell,
        found.map(({ name }) => name),
      );
    if (found.length === 0) {
      missing.cells.push(cell);
      missing.where ||= where;
      continue;
    }
    if (found[0].byCase) otherCase ||= `${cell} is ${found[0].name}`;
    else if (found[0].byEnd) elsewhere ||= `${cell} is ${found[0].name}`;
    rows.push({ name: found[0].name, label, split, where });
  }
  if (unlabelled > 0)
    note("unlabelled", `Left out: ${counted(unlabelled, "row")} of ${basename(path)} without a class.`);
  if (elsewhere !== "")
    note(
      "other-paths",
      `Paths of ${basename(path)} lead elsewhere: files were found by the ends of their paths (${elsewhere}).`,
    );
  if (otherCase !== "")
    note("other-case", `${basename(path)} writes names of files in other letters, small or capital: ${otherCase}.`);
  const plain = withPlainNumbers(rows);
  if (plain !== rows) for (const told of sameNumbers(rows.map(({ label }) => label))) note("same-numbers", told);
  return { rows: plain, findings };
}

function labelIn({ label, names }: LabelColumns, cells: readonly string[]): string {
  if (label === null) return "";
  if (typeof label === "number") return cells[label].normalize("NFC");
  return names[label.oneHot.find((column) => Number(cells[column]) === 1)!];
}

/** Where all are whole numbers, "1.0" and "01" are 1: spreadsheets write them so. */
function withPlainNumbers(rows: Row[]): Row[] {
  const plain = new Map<string, string>();
  for (const { label } of rows) {
    if (plain.has(label)) continue;
    if (!/^[+-]?\d+(?:\.0*)?$/.test(label)) return rows;
    plain.set(label, `${BigInt(label.replace(/\..*$/, ""))}`);
  }
  return rows.map((row) => ({ ...row, label: plain.get(row.label)! }));
}

function splitOfRow({ split, names }: LabelColumns, cells: readonly string[], where: string): SplitName {
  const found = splitInCell(names[split!], cells[split!]);
  if (found) return found;
  const expected = `the name of a split in the column ${names[split!]} (train, test, validation)`;
  throw dataError({ where, expected, got: JSON.stringify(cells[split!]) });
}

/** Each file once. Throws `dataError` for one under two classes, or in two splits. */
function withoutCopies(rows: readonly Row[], findings: Finding[]): Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) {
    const before = first.get(row.name);
    if (!before) first.set(row.name, row);
    else if (before.label !== row.label || before.split !== row.split) throw twice(row, before);
  }
  const copies = rows.length - first.size;
  if (copies > 0) {
    const evidence = `${counted(copies, "row stands", "rows stand")} twice: each image counts once.`;
    findings.push({ id: "rows-twice", severity: "warning", evidence, fix: "" });
  }
  return [...first.values()];
}

function twice(row: Row, before: Row): HeddleError {
  const what = ({ label, split }: Row): string => (row.label === before.label ? `the ${split} split` : label);
  return dataError({
    where: row.where,
    expected: "each file once",
    got: `${row.name} twice, as ${what(before)} (${before.where}) and as ${what(row)}`,
  });
}

const notThere = ({ cells, where }: { cells: readonly string[]; where: string }, found: number): HeddleError =>
  dataError({
    where,
    expected: found === 0 ? "files that are there" : `files that are there, as ${count(found)} others`,
    got: `${counted(cells.length, "that is", "that are")} missing (${someOf(cells)})`,
    fix: found === 0 ? "" : `--skip-bad ${cells.length} goes on without ${cells.length === 1 ? "it" : "them"}.`,
  });

const severalFiles = (where: string, cell: string, names: readonly string[]): HeddleError =>
  dataError({ where, expected: "the name of one file", got: `${cell}, which may be ${someOf(names)}` });

const noImages = (where: string, root: string): HeddleError =>
  dataError({ where, expected: `image files in ${root}, or in folders there`, got: "none" });

const noClass = (where: string, { names, file }: LabelColumns): HeddleError =>
  dataError({
    where,
    expected: "a column of classes beside that of the files",
    got: `no other than ${names[file]}`,
    fix: "predict labels images: heddle predict RUN FOLDER.",
  });
