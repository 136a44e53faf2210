/** What `predict.js` and `judge.js` of a pack read: arrays of raw pixel values and of labels, image files, folders of classes. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { dataError } from "../../../base/errors.js";
import { openIdx } from "../../../formats/idx.js";
import type { NdArray } from "../../../formats/ndarray.js";
import { openNpy } from "../../../formats/npy.js";
import { layOn } from "../../../formats/paper.js";
import { defaultLimits } from "../../../formats/pixels.js";
import { decodePngUpright } from "../../../formats/stored-image.js";
import { toBytes } from "../../../formats/to-bytes.js";
import { type PreparedImage, type PrepareOptions, paperFor, prepareImage } from "../../../inference/prepare.js";
import type { PackedModel } from "./model.js";

export const isArrayFile = (path: string): boolean => /\.npy$|idx\d-ubyte(?:\.gz)?$/.test(path);
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function readArray(path: string): Promise<NdArray> {
  const open = path.endsWith(".npy") ? openNpy : openIdx;
  return (await open(path, basename(path))).read();
}

/** Raw values channels last, one image after the other. Throws `dataError` for an array of another shape or range. */
export async function readImages(path: string, { preprocessing }: PackedModel): Promise<Uint8Array> {
  const { height, width, channels, maximum } = preprocessing;
  const array = await readArray(path);
  const [count, ...sides] = array.shape;
  const are = (...wanted: number[]): boolean => sides.join() === wanted.join();
  const isFlat = channels === 1 && are(height * width);
  const isPlane = channels === 1 && are(height, width);
  const isLast = are(height, width, channels);
  const isFirst = are(channels, height, width);
  if (array.kind === "texts" || !(isFlat || isPlane || isLast || isFirst)) {
    const expected = `numbers of shape (N, ${height}, ${width}${channels === 1 ? "" : `, ${channels}`})`;
    throw dataError({ where: path, expected, got: `${array.dtype} of shape (${array.shape.join(", ")})` });
  }
  const pixels = height * width * channels;
  const where = (i: number): string => `${path}, image ${Math.floor(i / pixels)}`;
  const { bytes } =
    array.kind === "bits" ? { bytes: array.values.map((bit) => 255 * bit) } : toBytes(array.values, where, null);
  const above = maximum < 255 ? bytes.findIndex((value) => value > maximum) : -1;
  if (above >= 0) throw dataError({ where: where(above), expected: `values 0..${maximum}`, got: `${bytes[above]}` });
  return isLast || channels === 1 ? bytes : channelsLast(bytes, count, channels);
}

function channelsLast(bytes: Uint8Array, count: number, channels: number): Uint8Array {
  const pixels = bytes.length / count;
  const plane = pixels / channels;
  return bytes.map((_, i) => bytes[i - (i % pixels) + (i % channels) * plane + Math.floor((i % pixels) / channels)]);
}

/** One class number for each image. Throws `dataError` for what is none of the net's classes. */
export async function readLabels(path: string, { classNames }: PackedModel, count: number): Promise<Uint16Array> {
  const array = await readArray(path);
  const [length, ...rest] = array.shape;
  if (array.kind !== "numbers" || length !== count || rest.some((side) => side !== 1)) {
    const got = `${array.dtype} of shape (${array.shape.join(", ")})`;
    throw dataError({ where: path, expected: `${count} labels, one for each image`, got });
  }
  return Uint16Array.from(array.values as ArrayLike<number | bigint>, (value, i) => {
    const label = Number(value);
    if (Number.isInteger(label) && label >= 0 && label < classNames.length) return label;
    throw dataError({ where: `${path}, label ${i}`, expected: `0..${classNames.length - 1}`, got: `${value}` });
  });
}

/** A PNG file as the net gets it, and what that took. Throws `dataError`. */
export function readPng(path: string, model: PackedModel, { prepare }: Pick<PrepareOptions, "prepare">): PreparedImage {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw dataError({ where: path, expected: "a file", got: (cause as NodeJS.ErrnoException).code ?? "", cause });
  }
  const image = decodePngUpright(bytes, path, defaultLimits, model.maximum);
  const paper = paperFor(image, model.paper, { prepare });
  return prepareImage(layOn(paper, image), model.preprocessing, { fit: model.fit, usual: model.usual, prepare });
}

/** A folder with one folder of PNG files for each class, which are named as the net's classes are, or "00-NAME". */
export function readClassFolders(folder: string, model: PackedModel): { images: Uint8Array; labels: Uint16Array } {
  const { classNames, plan } = model;
  const files = readdirSync(folder)
    .filter((name) => !name.startsWith(".") && isFolder(join(folder, name)))
    .flatMap((name) => {
      const label = [name, name.replace(/^\d+-/, "")].map((each) => classNames.indexOf(each)).find((at) => at >= 0);
      const expected = `the name of a class: ${classNames.slice(0, 20).join(", ")}`;
      if (label === undefined) throw dataError({ where: join(folder, name), expected, got: name });
      const images = readdirSync(join(folder, name)).filter((file) => !file.startsWith("."));
      const other = images.find((file) => !/\.png$/i.test(file));
      if (other !== undefined)
        throw dataError({ where: join(folder, name, other), expected: "a PNG file", got: other });
      return images.sort().map((file) => ({ path: join(folder, name, file), label }));
    });
  if (files.length === 0)
    throw dataError({ where: folder, expected: "folders of PNG files, one for each class", got: "none" });
  const images = new Uint8Array(files.length * plan.pixels);
  for (const [i, { path }] of files.entries()) images.set(readPng(path, model, {}).bytes, i * plan.pixels);
  return { images, labels: Uint16Array.from(files, ({ label }) => label) };
}
