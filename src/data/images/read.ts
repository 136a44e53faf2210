/** Reads and decodes the image files of a set into one array of bytes. */
import { readFile } from "node:fs/promises";
import { dataError, HeddleError, withHint } from "../../errors.js";
import { blake3 } from "../../model/hash.js";
import { reasonOf } from "../../model/read-file.js";
import type { ImageShape, LoadOptions } from "../dataset.js";
import { decodeImage } from "../formats/image.js";
import { type DecodedImage, toChannels } from "../formats/pixels.js";
import { resize } from "../formats/resize.js";
import type { ImageFile } from "./listing.js";
import type { ImageSettings } from "./settings.js";
import { Stack } from "./stack.js";

/** Files that are read and decoded at once: zlib and libvips work on threads of their own while others are read. */
const inFlight = 8;
/** Between two signs of progress. */
const progressMs = 50;

/** Why a file was passed over. */
export interface BadImage {
  readonly name: string;
  readonly reason: string;
}

export interface Pixels {
  readonly shape: ImageShape;
  /** Of the good images, in the order of the files: height x width x channels bytes each. */
  readonly images: Uint8Array;
  readonly bad: readonly BadImage[];
  /** `contentHash` of the files. */
  readonly content: string;
}

/**
 * Decodes all files. Throws `dataError` for a file that has vanished, for more bad images than `skipBad`, and for images
 * of different sizes where the settings give none.
 */
export async function readImages(
  dataset: string,
  files: readonly ImageFile[],
  settings: ImageSettings,
  options: LoadOptions,
): Promise<Pixels> {
  const stack = new Stack(dataset, files.length, options);
  const digests: Uint8Array[] = [];
  const bad: BadImage[] = [];
  let [done, told] = [0, performance.now()];
  for await (const { file, digest, image, error } of inOrder(files, (file) => open(file, settings))) {
    digests.push(digest);
    if (image) stack.add(image, file);
    else {
      bad.push({ name: file.name, reason: error.message });
      if (bad.length > settings.skipBad) throw tooManyBad(bad, settings.skipBad);
    }
    done++;
    if (performance.now() - told < progressMs) continue;
    options.onEvent?.({ kind: "load", dataset, done, total: files.length });
    told = performance.now();
  }
  return { ...stack.finish(), bad, content: hashOf(files, digests) };
}

/** Throws for bad images that the settings do not allow: found now, or when the set was cached. */
export function tooManyBad(bad: readonly BadImage[], allowed: number): HeddleError {
  const hint = "--skip-bad N passes over up to N such files and lists them.";
  if (bad.length === 1) return withHint(new HeddleError("data", bad[0].reason), hint);
  const list = bad.map(({ name }) => name).join(", ");
  const expected = `at most ${allowed} images that do not decode (--skip-bad)`;
  return dataError({ where: bad[0].name, expected, got: `${bad.length} (${list})`, fix: hint });
}

/** BLAKE3 over names and bytes of the files, in order: equal files have equal hashes, wherever they lie. */
export async function contentHash(files: readonly ImageFile[]): Promise<string> {
  const digests: Uint8Array[] = [];
  for await (const digest of inOrder(files, async (file) => blake3([await bytesOf(file)]))) digests.push(digest);
  return hashOf(files, digests);
}

function hashOf(files: readonly ImageFile[], digests: readonly Uint8Array[]): string {
  // No name holds a zero byte.
  const chunks = files.flatMap(({ name }, i) => [Buffer.from(`${name}\0`), digests[i]]);
  return Buffer.from(blake3(chunks)).toString("hex");
}

type Opened = { readonly file: ImageFile; readonly digest: Uint8Array } & (
  | { readonly image: DecodedImage; readonly error?: undefined }
  | { readonly image?: undefined; readonly error: HeddleError }
);

async function open(file: ImageFile, { size, fit, channels }: ImageSettings): Promise<Opened> {
  const bytes = await bytesOf(file);
  const digest = blake3([bytes]);
  try {
    const decoded = await decodeImage(bytes, file.path);
    const colored = channels === null ? decoded : toChannels(decoded, channels);
    return { file, digest, image: size === null ? colored : resize(colored, { ...size, fit }) };
  } catch (error) {
    if (error instanceof HeddleError && error.kind === "data") return { file, digest, error };
    throw error;
  }
}

async function bytesOf({ path }: ImageFile): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const expected = "a file that can be read, as when the folder was listed";
    throw dataError({ where: path, expected, got: reasonOf(cause), cause });
  }
}

/** The results of `work` in the order of the items, some items ahead. */
async function* inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const ahead: Promise<R>[] = [];
  for (const item of items) {
    const result = work(item);
    // A later item may fail before its turn comes, or after an earlier one ended it all.
    result.catch(() => {});
    ahead.push(result);
    if (ahead.length >= inFlight) yield (await ahead.shift()) as R;
  }
  for (const result of ahead) yield await result;
}
