/**
 * `idx:PATH`: a folder of IDX files, plain or gzipped, by whatever names say which is which: MNIST's with a hyphen or a dot,
 * EMNIST's, QMNIST's, one's own. PATH may go on with what the names of one of several sets begin with.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dataError, type HeddleError } from "../base/errors.js";
import { isFile, kindOf } from "../base/path-kind.js";
import { reasonOf } from "../base/read-file.js";
import { shellWord } from "../base/shell-word.js";
import { readHead } from "../formats/files.js";
import { openIdx } from "../formats/idx.js";
import type { ArrayMember } from "../formats/ndarray.js";
import { type FileKind, sniff } from "../formats/sniff.js";
import type { Dataset, DatasetScheme, LoadOptions } from "./dataset.js";
import { wordsOf } from "./split-words.js";

export const idx: DatasetScheme = {
  name: "idx",
  summary: "your own images as IDX files, the format of MNIST: a folder with images and labels of each split",
  settings: ["imageSize", "fit", "channels", "layout", "maximum"],
  looksLike: ({ names }) => names.some((name) => /[-.]idx\d-ubyte(?:\.gz)?$/i.test(name)),
  load: (path, options) => loadIdxFolder(`idx:${path}`, path, options),
};

/** The IDX files of a folder as a data set. Throws `dataError` where they are none. */
export async function loadIdxFolder(dataset: string, path: string, options: LoadOptions): Promise<Dataset> {
  const { loadArraySet } = await import("./array-set.js");
  const { folder, files } = await idxFiles(path);
  const members = await Promise.all(files.map((file) => openIdx(join(folder, file), file.replace(/\.gz$/i, ""))));
  const known = members.flatMap(({ name }) => wordsOf(name));
  const isEmnist = known.includes("emnist");
  const extended = members.find(isExtended);
  const notes = [
    ...(isEmnist && options.layout === undefined
      ? [
          "By their names these are EMNIST's files, whose images lie column by column: they were turned upright (--layout rows leaves them).",
        ]
      : []),
    ...(extended
      ? [`${basename(extended.where)} has eight numbers for each image, as QMNIST does: the first is the class.`]
      : []),
  ];
  const names = mappingOf(folder, members);
  const facts = {
    place: path,
    notes,
    ...(isEmnist && { layout: "columns" as const }),
    ...(extended && { labelColumn: 0 }),
    ...(names && { names: { texts: names, isFixed: false } }),
  };
  return loadArraySet(dataset, members, facts, options);
}

/** Labels as QMNIST has them: class, series, writer, … */
const isExtended = ({ dtype, shape }: ArrayMember): boolean =>
  dtype === "int32" && shape.length === 2 && shape[1] === 8;

/** The names of the IDX files at a path; what is packed and not packed is one file. */
async function idxFiles(path: string): Promise<{ folder: string; files: string[] }> {
  const isFolder = kindOf(path) === "folder";
  const [folder, start] = isFolder ? [path, ""] : [dirname(path), basename(path)];
  const names = namesIn(folder, path).filter((name) => name.startsWith(start) && !name.startsWith("."));
  if (names.length === 1 && names[0] === start) {
    const fix = `Name the folder that holds it: idx:${folder}.`;
    throw dataError({ where: path, expected: "a folder with files of images and of labels", got: "one file", fix });
  }
  const files: string[] = [];
  for (const name of names) {
    if (name.endsWith(".gz") || !names.includes(`${name}.gz`)) {
      const kind = sniff(await readHead(join(folder, name), 512));
      if (kind?.what === "IDX data") files.push(name);
      else if (isIdxName(name)) throw notIdx(join(folder, name), kind);
    }
  }
  if (files.length > 0) return { folder, files };
  const below = isFolder ? folderBelow(path) : null;
  const got = names.length === 0 ? (isFolder ? "none" : "no such folder") : `none (${names.slice(0, 4).join(", ")})`;
  const fix = below === null ? "" : `They lie in a folder below: use ${shellWord(`idx:${below}`)}.`;
  throw dataError({ where: path, expected: "IDX files, of images and of labels", got, fix });
}

const isIdxName = (name: string): boolean => /[-.]idx\d-(?:ubyte|int)(?:\.gz)?$/i.test(name);

/** A file that has the name of one and begins otherwise. */
function notIdx(where: string, kind: FileKind | null): HeddleError {
  const got = kind?.what ?? "other bytes: the file is damaged, or something else";
  const expected = "IDX data (two zero bytes, the type of numbers, how many dimensions)";
  return dataError({ where: `${where} at byte 0`, expected, got, fix: kind?.wayOut ?? "" });
}

/** The first folder below, at most three deep, that holds such files: `MNIST/raw`, as torchvision leaves it. */
function folderBelow(path: string, depth = 3): string | null {
  if (depth === 0) return null;
  const entries = readdirSync(path, { withFileTypes: true });
  if (entries.some((entry) => entry.isFile() && isIdxName(entry.name))) return path;
  for (const entry of entries.slice(0, 100)) {
    const found = entry.isDirectory() ? folderBelow(join(path, entry.name), depth - 1) : null;
    if (found !== null) return found;
  }
  return null;
}

function namesIn(folder: string, path: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [] : [entry.name])).sort();
  } catch (cause) {
    throw dataError({ where: path, expected: "a folder of IDX files", got: reasonOf(cause), cause });
  }
}

/** What EMNIST's `…-mapping.txt` says: a label, and the code of its character (or of several, the capital first). */
function mappingOf(folder: string, members: readonly ArrayMember[]): string[] | null {
  const set = /^(emnist-[a-z]+)-/.exec(basename(members[0].where))?.[1];
  const file = join(folder, `${set}-mapping.txt`);
  if (set === undefined || !isFile(file)) return null;
  const names: string[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const [label, code] = line.trim().split(/\s+/).map(Number);
    if (Number.isInteger(label) && label >= 0 && label < 1000 && code > 32 && code < 0x10000) {
      names[label] = String.fromCharCode(code);
    }
  }
  return names.length > 0 ? names : null;
}
