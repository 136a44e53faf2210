/** From a request's body to the bytes of images as the net gets them. What the body is, its first bytes tell. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { HeddleError } from "../base/errors.js";
import { isImage } from "../formats/image.js";
import { otherFormats } from "../formats/other-images.js";
import { headBytes, sniff } from "../formats/sniff.js";
import type { Predictor } from "../inference/predictor.js";
import { type FileOptions, prepareFile } from "../inference/prepare-file.js";
import type { ModelMetadata } from "../model/model-file.js";
import type { Hold } from "./body.js";
import { Refusal } from "./refusal.js";

export interface Reader {
  readonly predictor: Predictor;
  readonly model: ModelMetadata;
  readonly options: FileOptions;
}

/** Images of one request. */
export const mostImages = 1024;
/** Bytes of JSON: its numbers take up to eight times as much memory. */
const mostJson = 4 * 2 ** 20;

/** The images of a body, one after the other. Throws `Refusal`. */
export async function imagesOf(body: Uint8Array, reader: Reader, hold: Hold): Promise<Uint8Array> {
  if (body.length === 0) throw new Refusal(400, "expected an image file or JSON, got an empty body");
  if (isImage(body)) return await decoded(body, "the body", reader);
  // Some editors and shells put a byte order mark before it.
  const text = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
  if (/^\s*[[{]/.test(headOf(text))) return await ofJson(text, reader, hold);
  throw new Refusal(415, unknown(body));
}

/** A byte is a character. */
const headOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 64)).toString("latin1");

/** What came instead, and how to send an image. */
function unknown(body: Uint8Array): string {
  const expected = `expected an image file (PNG, JPEG, ${otherFormats.join(", ")}), or {"images": [[…]]} as JSON`;
  const head = headOf(body);
  const plainly = "curl sends a file as it is with --data-binary @FILE";
  if (head.startsWith("\x89PNG") || head.startsWith("\x89")) {
    return `${expected}, got a PNG whose line breaks were lost on the way: ${plainly}`;
  }
  if (head.startsWith("--")) return `${expected}, got a form (multipart/form-data): ${plainly}`;
  if (/^data:|^iVBORw0KGgo|^\/9j\//.test(head)) {
    return `${expected}, got a file in base64: send its bytes (${plainly}), or {"images": ["…"]}`;
  }
  const kind = sniff(body.subarray(0, headBytes));
  if (kind) return `${expected}, got ${kind.what}. ${kind.wayOut ?? ""}`.trim();
  return `${expected}, got something else: ${plainly}`;
}

let decoding: Promise<unknown> = Promise.resolve();
/** Milliseconds of decoding after which other connections are looked after: else they would time out, all sent. */
const turn = 20;
let turnBegan = 0;
let waiting = 0;

async function inTurn<T>(decode: () => Promise<T>): Promise<T> {
  if (performance.now() - turnBegan > turn) {
    await nextTurn();
    turnBegan = performance.now();
  }
  return await decode();
}

/** One after the other: what lies in memory unpacked is one image at a time, whoever asks. */
async function decoded(bytes: Uint8Array, name: string, { predictor, model, options }: Reader): Promise<Uint8Array> {
  if (waiting++ === 0) turnBegan = performance.now();
  const mine = decoding.then(() => inTurn(() => prepareFile(bytes, name, predictor, model, options)));
  decoding = mine.catch(() => {});
  try {
    return (await mine).bytes;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const lacksSharp = error.message.includes("package sharp");
    throw new Refusal(lacksSharp ? 415 : 400, error.message);
  } finally {
    waiting--;
  }
}

async function ofJson(body: Uint8Array, reader: Reader, hold: Hold): Promise<Uint8Array> {
  if (body.length > mostJson) throw new Refusal(413, "expected at most 4 MiB of JSON, got more: send image files");
  const { height, width, channels } = reader.predictor.shape;
  const pixels = height * width * channels;
  const shape = `${height}x${width}x${channels}`;
  hold(body.length); // its text
  const images = listOf(parse(body, pixels, shape));
  if (images.length > mostImages) throw new Refusal(413, `expected at most ${mostImages} images, got ${images.length}`);
  hold(images.length * pixels);
  const bytes = new Uint8Array(images.length * pixels);
  for (const [i, image] of images.entries()) {
    const where = `images[${i}]`;
    if (typeof image === "string") {
      bytes.set(await decoded(base64(image, where), where, reader), i * pixels);
      continue;
    }
    if (!Array.isArray(image) || image.length !== pixels) {
      const got = Array.isArray(image) ? countText(image) : typeof image;
      throw new Refusal(400, `${where}: expected ${pixels} numbers (${shape}, channels last), got ${got}`);
    }
    const mine = bytes.subarray(i * pixels, (i + 1) * pixels);
    fill(mine, image, where, reader.model.preprocessing.maximum);
    if (reader.options.prepare) mine.set(preparedNumbers(mine, where, reader));
  }
  return bytes;
}

const countText = (image: readonly unknown[]): string =>
  Array.isArray(image[0]) ? `${image.length} lists: one flat list is meant` : `${image.length}`;

/** Raw pixel values as a file with the same pixels would be prepared. */
function preparedNumbers(values: Uint8Array, where: string, { predictor, model, options }: Reader): Uint8Array {
  const { height, width, channels, maximum } = model.preprocessing;
  if (channels !== 1 && channels !== 3) {
    throw new Refusal(400, `${where}: expected no ?prepare for images of ${channels} channels`);
  }
  const pixels = maximum === 255 ? values : values.map((value) => Math.round((value * 255) / maximum));
  return predictor.prepare({ width, height, channels, pixels }, { prepare: options.prepare }).bytes;
}

/**
 * JSON of a few levels, with no more values than the images have: millions of lists, texts or keys would take ten or a hundred
 * times their text.
 */
function parse(body: Uint8Array, pixels: number, shape: string): unknown {
  let [lists, commas] = [0, 0];
  for (const byte of body) {
    if (byte === 0x5b || byte === 0x7b) lists++;
    else if (byte === 0x2c) commas++;
  }
  // Between images, and in "data:image/png;base64,".
  if (commas > lists * pixels + 2 * mostImages) {
    const expected = `expected ${pixels} numbers (${shape}, channels last) for each image`;
    throw new Refusal(400, `${expected}, got ${commas + 1} values`);
  }
  if (lists > mostImages + 16)
    throw new Refusal(400, `expected at most ${mostImages} images in JSON, got ${lists} lists`);
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString("utf8"));
  } catch (error) {
    throw new Refusal(400, `expected JSON, got what is none: ${(error as Error).message.slice(0, 120)}`);
  }
}

function listOf(json: unknown): readonly unknown[] {
  const images = Array.isArray(json) ? json : (json as { images?: unknown }).images;
  if (Array.isArray(images) && images.length > 0) return images as unknown[];
  throw new Refusal(400, 'expected {"images": [[…], …]} with at least one image, got another JSON');
}

/** Raw pixel values, as the training images had them. */
function fill(bytes: Uint8Array, image: readonly unknown[], where: string, maximum: number): void {
  for (let i = 0; i < bytes.length; i++) {
    const value = image[i];
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= maximum) bytes[i] = value;
    else {
      const fraction = typeof value === "number" && value > 0 && value < 1 ? ": pixels as they are, not divided" : "";
      const expected = `whole numbers 0..${maximum}${fraction}`;
      throw new Refusal(400, `${where}[${i}]: expected ${expected}, got ${valueText(value)}`);
    }
  }
}

/** JSON has no infinity, and no text for what became one. */
const valueText = (value: unknown): string =>
  typeof value === "number" ? `${value}` : JSON.stringify(value).slice(0, 40);

/** A file as base64, with or without "data:image/png;base64," before it. */
function base64(text: string, where: string): Uint8Array {
  const start = /^data:[^,]{0,100},/i.exec(text)?.[0].length ?? 0;
  // Its head tells, before memory is asked for.
  if (isImage(Buffer.from(text.slice(start, start + 64), "base64"))) return Buffer.from(text.slice(start), "base64");
  throw new Refusal(400, `${where}: expected a list of numbers, or an image file in base64, got another text`);
}
