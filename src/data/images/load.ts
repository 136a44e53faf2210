/** From the files of a listing to a data set: out of the cache where nothing changed, decoded where something did. */
import { dirname } from "node:path";
import { HeddleError } from "../../errors.js";
import { reasonOf } from "../../model/read-file.js";
import type { Dataset, LoadOptions, Split } from "../dataset.js";
import { announceMemory } from "../memory.js";
import { cacheFolder, cachePath, type Cached, readCache, stampFiles, writeCache } from "./cache.js";
import { checkClasses } from "./classes.js";
import type { ImageFile, ImageListing } from "./listing.js";
import { contentHash, type Pixels, readImages, tooManyBad } from "./read.js";
import { type ImageSettings, imageSettings } from "./settings.js";

/** `root` is the folder that the cached file stands for. Throws `dataError` for files that are bad or gone. */
export async function loadImages(
  dataset: string,
  root: string,
  listing: ImageListing,
  options: LoadOptions,
): Promise<Dataset> {
  const settings = imageSettings(options);
  const files = [...listing.train, ...(listing.test ?? [])];
  const pixels = await cachedPixels(dataset, root, files, settings, options);
  const names = pixels.bad.map(({ name }) => name);
  for (const name of names) options.onEvent?.({ kind: "note", text: `Passed over ${name}: it does not decode.` });
  const passed = new Set(names);
  const imageBytes = pixels.shape.height * pixels.shape.width * pixels.shape.channels;
  let start = 0;
  const take = (part: readonly ImageFile[]): Split => {
    const good = part.filter(({ name }) => !passed.has(name));
    const images = pixels.images.subarray(start, (start += good.length * imageBytes));
    const labels = Uint16Array.from(good, ({ label }) => label);
    return { count: good.length, images, labels, names: good.map(({ name }) => name) };
  };
  const train = take(listing.train);
  const test = listing.test && take(listing.test);
  checkClasses(root, listing.classes, train);
  return {
    name: dataset,
    shape: pixels.shape,
    classes: listing.classes,
    maximum: 255,
    train,
    test: test && test.count > 0 ? test : null,
    notes: names.length > 0 ? [`Passed over ${names.length} images that do not decode: ${names.join(", ")}.`] : [],
  };
}

async function cachedPixels(
  dataset: string,
  root: string,
  files: readonly ImageFile[],
  settings: ImageSettings,
  options: LoadOptions,
): Promise<Pixels> {
  const folder = options.cacheDir ?? cacheFolder();
  const note = (text: string) => options.onEvent?.({ kind: "note", text });
  const stamp = stampFiles(files);
  // Images that are all grey, or become RGB by themselves, are the same where that is asked for.
  const asked = settings.channels === null ? [null] : [null, settings.channels];
  let content: string | undefined;
  for (const channels of asked) {
    const path = cachePath(folder, root, { ...settings, channels });
    const cached = takeCache(path, note);
    if (!cached || (settings.channels ?? cached.shape.channels) !== cached.shape.channels) continue;
    const isSame = cached.stamp.settled && cached.stamp.hash === stamp.hash;
    if (!isSame && cached.content !== (content ??= await contentHash(files))) continue;
    if (cached.bad.length > settings.skipBad) throw tooManyBad(cached.bad, settings.skipBad);
    announceMemory({ dataset, images: files.length - cached.bad.length, shape: cached.shape }, options);
    if (!isSame && stamp.settled) keep(path, { ...cached, stamp }, note);
    return cached;
  }
  const pixels = await readImages(dataset, files, settings, options);
  keep(cachePath(folder, root, settings), { ...pixels, stamp }, note);
  return pixels;
}

function takeCache(path: string, note: (text: string) => void): Cached | null {
  try {
    return readCache(path);
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
