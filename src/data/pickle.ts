/**
 * `pickle:PATH`: Python's pickles of arrays, as one file, plain or gzipped, or a folder of them. Nothing in them is executed
 * (`formats/pickle.ts`). Files that differ in a number alone, as CIFAR's batches do, are parts of one.
 */
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { dataError } from "../base/errors.js";
import { reasonOf } from "../base/read-file.js";
import { type ArrayMember, type NdArray, sizeOf } from "../formats/ndarray.js";
import type { Numbers } from "../formats/to-bytes.js";
import type { Dataset, DatasetScheme, LoadOptions } from "./dataset.js";

export const pickle: DatasetScheme = {
  name: "pickle",
  summary: "your own images as a Python pickle of arrays: a file, or a folder of them",
  settings: ["imageSize", "fit", "channels", "label", "layout", "maximum"],
  ending: /\.(?:pkl|pickle)$/i,
  looksLike: ({ what }) => what === "a Python pickle",
  load,
};

/** What Node can hold in one buffer. */
const mostBytes = 2 ** 31;

async function load(path: string, options: LoadOptions): Promise<Dataset> {
  const { loadArraySet } = await import("./array-set.js");
  const files = filesOf(path);
  const members: ArrayMember[] = [];
  for (const file of files) members.push(...(await membersOf(file, files.length === 1 ? "" : stemOf(file))));
  const facts = isCifar(members) ? cifarFacts : {};
  return loadArraySet(`pickle:${path}`, joined(members), { place: path, ...facts }, options);
}

/** Throws `dataError` where the file is no pickle of arrays. */
async function membersOf(path: string, stem: string): Promise<ArrayMember[]> {
  const [{ readBytes }, { unpickle }, { pickleMembers }, { sniff }] = await Promise.all([
    import("../formats/files.js"),
    import("../formats/pickle.js"),
    import("./pickle-members.js"),
    import("../formats/sniff.js"),
  ]);
  const bytes = await readBytes(path, () => mostBytes);
  const kind = sniff(bytes.subarray(0, 512));
  if (kind && kind.what !== "a Python pickle") {
    const fix = kind.wayOut;
    throw dataError({ where: path, expected: "a Python pickle", got: kind.what, ...(fix !== undefined && { fix }) });
  }
  return pickleMembers(unpickle(bytes, path), path, stem);
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
    const files = entries.filter((entry) => !entry.isDirectory() && !/\.(html?|txt|md)$/i.test(entry.name));
    if (files.length > 0) return files.map(({ name }) => join(path, name)).sort(byNumber);
  } catch (cause) {
    throw dataError({ where: path, expected: "a pickle, or a folder of pickles", got: reasonOf(cause), cause });
  }
  throw dataError({ where: path, expected: "pickles", got: "no file" });
}

const stemOf = (path: string): string => basename(path).replace(/(\.(pkl|pickle|p))?(\.gz)?$/i, "");
const numberIn = (text: string): number => Number(/\d+(?=\D*$)/.exec(text)?.[0] ?? -1);
const byNumber = (a: string, b: string): number => numberIn(a) - numberIn(b) || (a < b ? -1 : 1);

/** Arrays whose names differ in a number alone, one behind the other. */
function joined(members: readonly ArrayMember[]): ArrayMember[] {
  const groups = new Map<string, ArrayMember[]>();
  for (const member of members) {
    const key = member.name.replace(/[\s_-]*\d+/g, "");
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups].flatMap(([name, parts]) =>
    parts.length > 1 && fitTogether(parts) ? [joinedOf(name, parts)] : parts,
  );
}

const fitTogether = ([first, ...others]: readonly ArrayMember[]): boolean =>
  others.every(
    ({ kind, dtype, shape }) =>
      kind === first.kind &&
      dtype === first.dtype &&
      shape.length > 0 &&
      shape.slice(1).join() === first.shape.slice(1).join(),
  );

function joinedOf(name: string, parts: readonly ArrayMember[]): ArrayMember {
  const [first] = parts;
  const shape = [parts.reduce((sum, part) => sum + part.shape[0], 0), ...first.shape.slice(1)];
  const read = async (): Promise<NdArray> => {
    const arrays: NdArray[] = [];
    for (const part of parts) arrays.push(await part.read());
    const { kind, dtype } = first;
    if (kind === "texts") return { kind, dtype, shape, values: arrays.flatMap(({ values }) => values as string[]) };
    const values = new (arrays[0].values.constructor as new (length: number) => Numbers)(sizeOf(shape)) as Uint8Array;
    let next = 0;
    for (const array of arrays) {
      values.set(array.values as Uint8Array, next);
      next += array.values.length;
    }
    return { kind, dtype, shape, values };
  };
  return { ...first, name, where: `${first.where} and ${parts.length - 1} more`, shape, read };
}

/** The rows of CIFAR's python version: three planes of 32x32, beside the names of files. */
const isCifar = (members: readonly ArrayMember[]): boolean =>
  members.some(({ name }) => /\bfilenames$/.test(name)) &&
  members.some(({ shape }) => shape.length === 2 && shape[1] === 3072);

const cifarFacts = {
  flat: { height: 32, width: 32, channels: 3 },
  layout: "planes",
  notes: ["Rows of 3,072 numbers beside filenames were taken as CIFAR's: 32x32 RGB, in planes."],
} as const;
