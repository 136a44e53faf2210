/**
 * The data-set contract. A data set is one file that exports a `DatasetSource`, and one line in `index.ts`.
 *
 * Pixels stay bytes: N x H x W x C (channels last) in one array per split; standardising them is the engine's work
 * (`standardize.ts` says how, and the model file remembers it). Labels are class numbers 0..K-1.
 */

import type { Fit } from "./formats/resize.js";

/** Height, width and channels of one image, or of one sample's feature map: channels last. */
export interface ImageShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export interface Split {
  readonly count: number;
  /** count x height x width x channels bytes, channels last. */
  readonly images: Uint8Array;
  /** count class numbers. */
  readonly labels: Uint16Array;
  /** count names, where samples come from files of their own: paths below the set's folder, with `/`. */
  readonly names?: readonly string[];
}

export interface Dataset {
  readonly name: string;
  readonly shape: ImageShape;
  /** Class names in label order. */
  readonly classes: readonly string[];
  /** The largest value a pixel can have: 255, or 16 for the 8x8 digits. */
  readonly maximum: number;
  readonly train: Split;
  /** Measured once, on the best weights; never used for training, statistics or model choice. Null where the set has none. */
  readonly test: Split | null;
  /** What a reader of the model file should know of this set: a split of our own, missing parts. */
  readonly notes: readonly string[];
  /** Files that are missing, where `allowMissing` let it go on without them. */
  readonly incomplete?: readonly string[];
}

export interface LoadOptions {
  /** The folder that holds one folder per data set (`--data-dir`, `HEDDLE_DATA_DIR`). */
  readonly dataDir?: string | undefined;
  /** Takes a set of several files as far as it is there (`--allow-missing`). */
  readonly allowMissing?: boolean;
  /** "HEIGHTxWIDTH" that images of files are brought to; without it they must all have one size. */
  readonly imageSize?: string | undefined;
  /** How they are brought to it. */
  readonly fit?: Fit;
  /** 1 grey, 3 RGB; without it grey if all images are, else RGB. */
  readonly channels?: 1 | 3 | undefined;
  /** As many image files that do not decode are passed over. */
  readonly skipBad?: number;
  /** Where decoded folders are kept; `HEDDLE_CACHE_DIR`, or the user's cache folder, unless given. */
  readonly cacheDir?: string | undefined;
  readonly onEvent?: ((event: LoadEvent) => void) | undefined;
}

/** What loading tells while it goes on. */
export type LoadEvent =
  /** Several times a second: so many of the set's images are there. */
  | { readonly kind: "load"; readonly dataset: string; readonly done: number; readonly total: number }
  /** Something the user should know, in one line. */
  | { readonly kind: "note"; readonly text: string };

/** One file as it is published. */
export interface PublishedFile {
  readonly name: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
  /** What a `name` ending in `.gz` unpacks to, which may be kept instead, under the name without `.gz`. */
  readonly unpacked?: { readonly bytes: number; readonly sha256: string };
}

/** A folder of files as it is published. */
export interface PublishedFolder {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** Of the listing: `<sha256>  <path>` a line for every file, paths from this folder on with `/`, in code-point order. */
  readonly sha256: string;
}

/** What is known in public about a set kept as files: `heddle data fetch` and `verify` hold what they meet against it. */
export interface Published {
  /** What `load` reads. */
  readonly files: readonly PublishedFile[];
  /** What `load` reads beside them. */
  readonly folders?: readonly PublishedFolder[];
  /** One file that holds all the others; `load` reads them out of it too, and the mirrors give it alone. */
  readonly archive?: PublishedFile;
  /** Addresses of folders that hold the files (or the archive) under their names, in the order to try. */
  readonly mirrors: readonly string[];
  /** Images of each class, in label order. */
  readonly counts: { readonly train: readonly number[]; readonly test: readonly number[] };
}

/** Sets that are the user's own, named by a scheme and a path: `folder:PATH`. One file, and one line in `index.ts`. */
export interface DatasetScheme {
  /** What stands before the colon. */
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  open(path: string): DatasetSource;
}

export interface DatasetSource {
  readonly name: string;
  /** One line for help and `heddle data list`. */
  readonly summary: string;
  /** True where the program makes the data itself. */
  readonly embedded: boolean;
  /** What `train` uses when neither flag nor file says. */
  readonly defaults: { readonly model: string; readonly epochs: number };
  /** True where the images come from files of any size and colour, so that `imageSize` and the like have a meaning. */
  readonly ownImages?: boolean;
  /** Absent where the program makes the data itself, or where it is the user's own. */
  readonly published?: Published;
  /** Throws `dataError` where files are missing or invalid. */
  load(options: LoadOptions): Promise<Dataset>;
}
