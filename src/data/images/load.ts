/** From the files of a listing to a data set: out of the cache where nothing changed, decoded where something did. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { HeddleError } from "../../base/errors.js";
import { type Finding, someOf } from "../../base/finding.js";
import { canMap, type MappedPart } from "../../base/map-file.js";
import { reasonOf } from "../../base/read-file.js";
import type { Split } from "../../base/shape.js";
import { counted } from "../../base/text.js";
import type { Dataset, LoadOptions, Reading } from "../dataset.js";
import { announceMemory } from "../memory.js";
import { type Cached, type CacheFacts, cacheFolder, cachePath, readCache, stampFiles, writeCache } from "./cache.js";
import { factFindings } from "./facts.js";
import { filesOf, type ImageFile, type ImageListing, splitOrder } from "./listing.js";
import { type MappedCache, partOf, readMappedCache, sealMappedCache, viewOf } from "./mapped-cache.js";
import { contentHash, type FileFacts, type PixelFacts, readImages, tooManyBad } from "./read.js";
import { type ImageSettings, imageSettings } from "./settings.js";
import { FileStore } from "./store.js";
import type { FileTree } from "./tree.js";

/** The images of a listing of the tree. Throws `dataError` for files that are bad or gone. */
export async function loadImages(
  dataset: string,
  tree: FileTree,
  listing: ImageListing,
  options: LoadOptions,
): Promise<Dataset> {
  const settings = imageSettings(options);
  const largest = Math.max(...splitOrder.map((split) => listing[split]?.length ?? 0));
  const pixels = await cachedPixels(dataset, tree, { files: filesOf(listing), largest }, settings, options);
  const passed = new Set(pixels.bad.map(({ name }) => name));
  const imageBytes = pixels.shape.height * pixels.shape.width * pixels.shape.channels;
  let start = 0;
  // In the order of `filesOf`.
  const take = (part: readonly ImageFile[]): Split => {
    const good = part.filter(({ name }) => !passed.has(name));
    const images = pixels.view(start, good.length * imageBytes);
    start += good.length * imageBytes;
    const labels = Uint16Array.from(good, ({ label }) => label);
    return { count: good.length, images, labels, names: good.map(({ name }) => name) };
  };
  const [train, test, validation] = splitOrder.map((split) => {
    const files = listing[split];
    const taken = files && take(files);
    return taken && (split === "train" || taken.count > 0) ? taken : null;
  });
  return {
    name: dataset,
    shape: pixels.shape,
    classes: listing.classes,
    maximum: 255,
    train: train!,
    test,
    ...(validation && { validation }),
    notes: passed.size > 0 ? [passedOver([...passed], Number.POSITIVE_INFINITY)] : [],
    findings: [...(listing.findings ?? []), ...badFiles([...passed]), ...factFindings(pixels.facts, settings)],
    reading: readingOf(pixels.facts, settings),
    ...(pixels.mapped && { mapped: pixels.mapped }),
  };
}

/** The pixels of all files, wherever they lie. */
interface LoadedPixels extends PixelFacts {
  readonly view: (start: number, bytes: number) => Uint8Array;
  readonly mapped?: MappedPart;
}

const inMemory = (facts: PixelFacts, images: Uint8Array): LoadedPixels => ({
  ...facts,
  view: (start, bytes) => images.subarray(start, start + bytes),
});

const mapped = (facts: PixelFacts, part: MappedPart, dataset: string): LoadedPixels => ({
  ...facts,
  view: (start, bytes) => viewOf(part, start, bytes, dataset),
  mapped: part,
});

/** What decided how these files look, asked for or chosen. */
function readingOf({ transparent, mixed }: FileFacts, { size, fit, channels, paper }: ImageSettings): Reading {
  const brought = size ?? mixed?.chosen;
  const laidOn = paper ?? transparent?.paper;
  return {
    ...(brought && { imageSize: `${brought.height}x${brought.width}`, fit }),
    ...(channels && { channels }),
    ...(laidOn !== undefined && { paper: laidOn }),
  };
}

/** What was passed over, by `--skip-bad`. */
const badFiles = (names: readonly string[]): Finding[] =>
  names.length === 0 ? [] : [{ id: "bad-files", severity: "warning", evidence: passedOver(names, 5), fix: "" }];

function passedOver(names: readonly string[], most: number): string {
  const what = counted(names.length, "image that does", "images that do");
  return `Passed over ${what} not decode: ${someOf(names, most)}.`;
}

async function cachedPixels(
  dataset: string,
  tree: FileTree,
  { files, largest }: { readonly files: readonly ImageFile[]; readonly largest: number },
  settings: ImageSettings,
  options: LoadOptions,
): Promise<LoadedPixels> {
  const folder = options.cacheDir ?? cacheFolder();
  const note = (text: string) => options.onEvent?.({ kind: "note", text });
  const limits = { allowed: settings.skipBad, of: files.length };
  const stamp = stampFiles(tree, files);
  // Images that are all grey, or become RGB by themselves, are the same where that is asked for.
  const asked = settings.channels === null ? [null] : [null, settings.channels];
  let content: string | undefined;
  for (const channels of asked) {
    const path = cachePath(folder, tree.root, { ...settings, channels });
    const cached = takeCache(path, note);
    if (!cached || (settings.channels ?? cached.shape.channels) !== cached.shape.channels) continue;
    const isSame = cached.stamp.settled && cached.stamp.hash === stamp.hash;
    if (!isSame && cached.content !== (content ??= await contentHash(tree, files))) continue;
    if (cached.bad.length > settings.skipBad) throw tooManyBad(dataset, cached.bad, limits, cached.facts);
    if ("part" in cached) return mapped(cached, cached.part, dataset);
    announceMemory({ dataset, images: files.length - cached.bad.length, shape: cached.shape }, options);
    if (!isSame && stamp.settled) keep(path, { ...cached, stamp }, note);
    return inMemory(cached, cached.images);
  }
  const path = cachePath(folder, tree.root, settings);
  const { store, ...pixels } = await readImages(dataset, tree, files, settings, options, { cachePath: path, largest });
  // With the bad ones too: where they are let through, the others need not be decoded again.
  const loaded =
    store instanceof FileStore
      ? mapped(pixels, seal(path, store, { ...pixels, stamp }, note), dataset)
      : inMemory(pixels, store.images);
  if (!(store instanceof FileStore)) keep(path, { ...pixels, images: store.images, stamp }, note);
  if (pixels.bad.length > settings.skipBad) throw tooManyBad(dataset, pixels.bad, limits, pixels.facts);
  return loaded;
}

/** What is decoded is there in any case: without a name, or a header, for this run alone. */
function seal(path: string, store: FileStore, facts: CacheFacts, note: (text: string) => void): MappedPart {
  try {
    return sealMappedCache(path, store, facts).part;
  } catch (error) {
    note(`The decoded images cannot be kept in ${dirname(path)}: ${reasonOf(error)}.`);
    return partOf(store.file);
  }
}

function takeCache(path: string, note: (text: string) => void): Cached | MappedCache | null {
  try {
    if (!existsSync(path)) return null;
    return (canMap() && readMappedCache(path)) || readCache(path);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    note(`${error.message} The images are decoded again.`);
    return null;
  }
}

/** A cache that cannot be written costs time only. */
function keep(path: string, cached: Cached, note: (text: string) => void): void {
  try {
    writeCache(path, cached);
  } catch (error) {
    const reason = reasonOf(error instanceof HeddleError ? error.cause : error);
    note(`The decoded images cannot be kept in ${dirname(path)}: ${reason}.`);
    note("Each run will decode them again; HEDDLE_CACHE_DIR names another folder.");
  }
}
