/** Small PNG files for folders of images, and the loading of them without the user's cache. */
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Dataset, LoadEvent, LoadOptions } from "../../src/data/dataset.js";
import { findDataset } from "../../src/data/index.js";
import { encodePng } from "../../src/formats/png.js";
import { dataFolder } from "./fixtures.js";

export interface Picture {
  readonly height?: number;
  readonly width?: number;
  readonly channels?: 1 | 3;
}

/** A PNG whose bytes count up from `first`. */
export function png(first: number, { height = 2, width = 3, channels = 1 }: Picture = {}): Uint8Array {
  const pixels = Uint8Array.from({ length: height * width * channels }, (_, i) => first + i);
  return encodePng({ height, width, channels, pixels });
}

/** Two classes with two images each. */
export const cats = { "cat/1.png": png(10), "cat/2.png": png(20), "dog/1.png": png(30), "dog/2.png": png(40) };

/** What loading found, in words. */
export const evidenceOf = ({ findings = [] }: Dataset): string[] => findings.map(({ evidence }) => evidence);

export interface Loaded {
  readonly dataset: Dataset;
  readonly notes: readonly string[];
  readonly events: readonly LoadEvent[];
}

/** Loads `scheme:root` with a cache of its own, beside the folder unless `cacheDir` says. */
export async function open(name: string, options: LoadOptions = {}): Promise<Loaded> {
  const events: LoadEvent[] = [];
  const dataset = await findDataset(name).load({ ...options, onEvent: (event) => events.push(event) });
  return { dataset, events, notes: events.flatMap((event) => (event.kind === "note" ? [event.text] : [])) };
}

/** A folder with these files, and another that its decoded images are kept in. */
export function pictureFolder(
  t: TestContext,
  files: Readonly<Record<string, Uint8Array | string>>,
): { root: string; cacheDir: string } {
  return { root: dataFolder(t, files), cacheDir: join(dataFolder(t), "cache") };
}
