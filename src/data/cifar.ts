/**
 * CIFAR-10 and CIFAR-100 as they are published: 32x32 photographs in batches, in the binary version or in the one for Python,
 * unpacked, or in the `.tar.gz` as downloaded. A batch may have any number of records.
 *
 *   binary  one or two label bytes, then 1,024 red, 1,024 green and 1,024 blue bytes, each plane row by row; and again
 *   python  a pickle: a dictionary with `data` (N x 3,072, the same planes) and lists of labels
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { dataError, usageError } from "../base/errors.js";
import { isFile } from "../base/path-kind.js";
import type { ImageShape, Split } from "../base/shape.js";
import { arrange } from "../formats/arrangement.js";
import { fileOf, findFiles, missingFiles, readBytes } from "../formats/files.js";
import { type Batch, binaryBatch, type CifarLabels, imageBytes, pickledBatch, pickledNames } from "./cifar-batch.js";
import type { Dataset, DatasetSource, LoadOptions, Published } from "./dataset.js";
import { announceMemory } from "./memory.js";

const shape: ImageShape = { height: 32, width: 32, channels: 3 };

export interface CifarSet extends Pick<DatasetSource, "name" | "summary" | "defaults"> {
  readonly published: Published;
  /** Batches of the training split, and that of the test split. */
  readonly train: readonly string[];
  readonly test: string;
  /** Records of each batch of both splits, as published. */
  readonly records: readonly [train: number, test: number];
  /** The first is meant where nobody says. */
  readonly labels: readonly CifarLabels[];
  /** The pickle of class names. */
  readonly meta: string;
  /** Folders that the archives unpack to, and the archives. */
  readonly folders: readonly string[];
  readonly archives: readonly string[];
}

/** What a file may unpack to: twice what any published one has. */
const mostBytes = 2 ** 29;

export function cifarSet(set: CifarSet): DatasetSource {
  const { name, summary, defaults, published } = set;
  return {
    name,
    summary,
    defaults,
    published,
    embedded: false,
    ...(set.labels.length > 1 && { settings: ["label"] as const }),
    load: (options) => load(set, options),
  };
}

async function load(set: CifarSet, options: LoadOptions): Promise<Dataset> {
  const { name, labels: kinds } = set;
  const { dataDir, allowMissing = false } = options;
  const kind = chosen(kinds, options.label);
  const names = [...set.train, set.test];
  const { folder } = findFiles(
    { set: name },
    dataDir,
    names.map((batch) => `${batch}.bin`),
  );
  const files = await findParts(set, dataDir!, names);
  const incomplete = names.filter((batch) => !files.has(batch)).map((batch) => `${batch}.bin`);
  const train = set.train.filter((batch) => files.has(batch));
  if (incomplete.length > 0 && (!allowMissing || train.length === 0)) {
    const fix = train.length > 0 ? "--allow-missing takes what is there, and the run says so. " : "";
    const alternative = `${set.archives.join(", ")}, or the files of the python version`;
    const all = names.map((batch) => `${batch}.bin`);
    throw missingFiles({ place: { set: name }, folder, files: all, absent: incomplete, alternative, fix });
  }
  const classes = await classNames(set, files, kind);
  const [each, tested] = set.records;
  const estimate = (batch: string, records: number) => {
    const size = files.get(batch)?.size ?? null;
    return size === null ? records : Math.floor(size / imageBytes);
  };
  const images = [...train.map((batch) => estimate(batch, each)), estimate(set.test, tested)];
  // The next batch is unpacked while one is taken apart.
  const held = 4 * each * imageBytes;
  announceMemory({ dataset: name, images: images.reduce((sum, n) => sum + n, 0), shape, held }, options);
  const open = (batch: string) => openBatch(files.get(batch)!, kinds.length, kind);
  const splits = {
    train: await readSplit(
      train.map((batch) => () => open(batch)),
      train.length * each,
      classes,
    ),
    test: files.has(set.test) ? await readSplit([() => open(set.test)], tested, classes) : null,
  };
  const notes = incomplete.map((batch) => `Incomplete: without ${batch}.`);
  return { name, shape, classes, maximum: 255, ...splits, notes, ...(incomplete.length > 0 && { incomplete }) };
}

function chosen(kinds: readonly CifarLabels[], asked: string | undefined): CifarLabels {
  const found = asked === undefined ? kinds[0] : kinds.find(({ name, key }) => name === asked || key === asked);
  if (found) return found;
  throw usageError({ where: "--label", expected: kinds.map(({ name }) => name).join(" or "), got: asked! });
}

/** A file of the set, on disk or out of an archive. */
interface Part {
  readonly path: string;
  readonly version: "binary" | "python";
  /** Null for what must be unpacked to be known. */
  readonly size: number | null;
  bytes(): Promise<Uint8Array>;
}

/** The batches and the files of names that are there, each by its name in the binary or in the python version. */
async function findParts(set: CifarSet, dataDir: string, batches: readonly string[]): Promise<Map<string, Part>> {
  const places = ["", ...set.folders].map((below) => join(dataDir, set.name, below));
  places.push(...set.folders.map((below) => join(dataDir, below)));
  const parts = new Map<string, Part>();
  const add = (name: string, path: string, version: Part["version"]) =>
    parts.set(name, {
      path,
      version,
      size: path.endsWith(".gz") ? null : statSync(path).size,
      bytes: () => readBytes(path, () => mostBytes),
    });
  for (const name of batches) {
    const binary = places.map((place) => fileOf(place, `${name}.bin`)).find((path) => path !== undefined);
    const python = places.map((place) => join(place, name)).find(isFile);
    if (binary) add(name, binary, "binary");
    else if (python) add(name, python, "python");
  }
  for (const place of places.toReversed()) {
    for (const { namesFile } of set.labels)
      if (isFile(join(place, namesFile))) add(namesFile, join(place, namesFile), "binary");
    if (isFile(join(place, set.meta))) add(set.meta, join(place, set.meta), "python");
  }
  if (batches.some((name) => !parts.has(name))) await findPacked(set, dataDir, batches, parts);
  return parts;
}

/** Adds what is not there as a file, out of the archives that are. */
async function findPacked(
  set: CifarSet,
  dataDir: string,
  batches: readonly string[],
  parts: Map<string, Part>,
): Promise<void> {
  const { tarFiles } = await import("../formats/tar.js");
  const most = 2 * (set.train.length * set.records[0] + set.records[1]) * (imageBytes + 2);
  for (const archive of set.archives) {
    const path = [join(dataDir, set.name), dataDir].map((place) => join(place, archive)).find(isFile);
    if (path === undefined) continue;
    for await (const file of tarFiles(path, most)) {
      const base = file.name.slice(file.name.lastIndexOf("/") + 1);
      const name = base.replace(/\.bin$/, "");
      const isBatch = batches.includes(name);
      const isName = base === set.meta || set.labels.some(({ namesFile }) => base === namesFile);
      if (file.kind !== "file" || parts.has(isBatch ? name : base) || !(isBatch || isName)) continue;
      const bytes = await file.read(mostBytes);
      const version = base.endsWith(".bin") || base.endsWith(".txt") ? "binary" : "python";
      parts.set(isBatch ? name : base, {
        path: `${path}, ${file.name}`,
        version,
        size: bytes.length,
        bytes: () => Promise.resolve(bytes),
      });
    }
    if (batches.every((name) => parts.has(name))) return;
  }
}

async function openBatch(part: Part, labelBytes: number, kind: CifarLabels): Promise<Batch> {
  const bytes = await part.bytes();
  return part.version === "binary"
    ? binaryBatch(bytes, part.path, labelBytes, kind)
    : pickledBatch(bytes, part.path, kind);
}

/** Two batches are unpacked at once, while the one before them is copied and brought to rows: three are in memory beside the images at most. */
async function readSplit(
  batches: readonly (() => Promise<Batch>)[],
  expected: number,
  classes: readonly string[],
): Promise<Split> {
  let images = new Uint8Array(expected * imageBytes);
  const labels: number[] = [];
  const opened: (Promise<Batch> | null)[] = [];
  const open = (i: number): void => {
    if (i >= batches.length) return;
    const opening = batches[i]();
    // Where one before it fails, nobody hears of its own failure.
    opening.catch(() => {});
    opened[i] = opening;
  };
  for (let i = 0; i < 2; i++) open(i);
  for (let i = 0; i < batches.length; i++) {
    const batch = (await opened[i])!;
    opened[i] = null;
    open(i + 2);
    const start = labels.length;
    const end = (start + batch.count) * imageBytes;
    if (end > images.length) {
      const larger = new Uint8Array(Math.max(end, 2 * images.length));
      larger.set(images.subarray(0, start * imageBytes));
      images = larger;
    }
    for (let sample = 0; sample < batch.count; sample++) {
      const label = batch.labels[sample];
      if (!(label >= 0 && label < classes.length)) {
        const range = `a label 0..${classes.length - 1}`;
        throw dataError({ where: batch.where(sample), expected: range, got: `${label}` });
      }
      labels.push(label);
      const from = batch.first + sample * batch.stride;
      images.set(batch.bytes.subarray(from, from + imageBytes), (start + sample) * imageBytes);
    }
    arrange(images.subarray(start * imageBytes, end), shape, "planes");
  }
  const used = labels.length * imageBytes;
  const own = used === images.length ? images : images.slice(0, used);
  return { count: labels.length, images: own, labels: Uint16Array.from(labels) };
}

/** The names as the set's own files give them; the published ones without any. Throws `dataError` where there are too many. */
async function classNames(
  set: CifarSet,
  parts: ReadonlyMap<string, Part>,
  kind: CifarLabels,
): Promise<readonly string[]> {
  const text = parts.get(kind.namesFile);
  const meta = parts.get(set.meta);
  const names = text
    ? new TextDecoder()
        .decode(await text.bytes())
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
    : meta
      ? pickledNames(await meta.bytes(), meta.path, kind)
      : kind.classes;
  if (names.length >= 2 && names.length <= kind.classes.length) return names;
  const expected = `2 to ${kind.classes.length} class names`;
  throw dataError({ where: (text ?? meta)!.path, expected, got: `${names.length}` });
}
