/**
 * The data-set contract. A data set is one file that exports a `DatasetSource`, and one line in `index.ts`.
 *
 * Pixels stay bytes: N x H x W x C (channels last) in one array per split; standardizing them is the engine's work
 * (`standardize.ts` says how, and the model file remembers it). Labels are class numbers 0..K-1.
 */

import type { Finding } from "../base/finding.js";
import type { MappedPart } from "../base/map-file.js";
import type { Order } from "../base/order.js";
import type { ImageShape, Split } from "../base/shape.js";
import type { Layout } from "../formats/arrangement.js";
import type { Paper } from "../formats/paper.js";
import type { Fit } from "../formats/resize.js";

export interface Dataset {
  readonly name: string;
  readonly shape: ImageShape;
  /** Class names in label order; none of a set without labels (`LoadOptions.unlabelled`), whose labels are all 0. */
  readonly classes: readonly string[];
  /** The largest value a pixel can have: 255, or 16 for the 8x8 digits. */
  readonly maximum: number;
  readonly train: Split;
  /** Measured once, on the best weights; never used for training, statistics or model choice. Null where the set has none. */
  readonly test: Split | null;
  /** The validation split that the set comes with; absent or null where validation is cut from the training split. */
  readonly validation?: Split | null;
  /** What a reader of the model file should know of this set: a split of our own, missing parts. */
  readonly notes: readonly string[];
  /** Files that are missing, where `allowMissing` let it go on without them. */
  readonly incomplete?: readonly string[];
  /** Where the images of all splits lie, one after the other in the order of `samples.ts`, if they are mapped from a file. */
  readonly mapped?: MappedPart | undefined;
  /** What loading found that a person should know: what it left out, what it took for granted. */
  readonly findings?: readonly Finding[];
  /** What a table calls the column of its rows' names. */
  readonly idName?: string | undefined;
  /** How files became these pixels, asked for or chosen: the model remembers it, and treats others alike. */
  readonly reading?: Reading;
}

/** What decides how an image of a file looks to the net. */
export type Reading = Pick<
  LoadOptions,
  "imageSize" | "fit" | "channels" | "label" | "layout" | "order" | "paper" | "maximum" | "maxMegapixels"
>;

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
  /** Which column, or which of several labels, is the class. */
  readonly label?: string | undefined;
  /** In which order arrays hold the pixels of an image. */
  readonly layout?: Layout | undefined;
  /** What lies behind transparent images: black, white, grey, #rrggbb; what makes most of them visible unless given. */
  readonly paper?: Paper | undefined;
  /** The largest value of a pixel in the files, where it is not their format's: 4095 for 12 bits in files of 16. */
  readonly maximum?: number | undefined;
  /** An image file may have as many million pixels. */
  readonly maxMegapixels?: number | undefined;
  /** As many image files that do not decode are passed over. */
  readonly skipBad?: number;
  /** How names of classes and files are sorted, where that decides a label. */
  readonly order?: Order | undefined;
  /** Where decoded folders are kept; `HEDDLE_CACHE_DIR`, or the user's cache folder, unless given. */
  readonly cacheDir?: string | undefined;
  /** From so many bytes on, decoded images lie in a file that is mapped, and not in memory. */
  readonly mapFrom?: number | undefined;
  /** Takes a table of images without labels too, as a set of one split and no classes: they can be predicted. */
  readonly unlabelled?: boolean;
  readonly onEvent?: ((event: LoadEvent) => void) | undefined;
}

/** What can be said of how a set's files are to be read. */
export type DataSetting =
  | "allowMissing"
  | "imageSize"
  | "fit"
  | "channels"
  | "skipBad"
  | "label"
  | "layout"
  | "order"
  | "paper"
  | "maximum"
  | "maxMegapixels";
/** Those of sets of image files. */
export const imageFileSettings: readonly DataSetting[] = [
  "imageSize",
  "fit",
  "channels",
  "skipBad",
  "order",
  "paper",
  "maximum",
  "maxMegapixels",
];

/** What loading tells while it goes on. */
export type LoadEvent =
  /** Several times a second: so many of the set's images are there. */
  | { readonly kind: "load"; readonly dataset: string; readonly done: number; readonly total: number }
  /** Something the user should know, in one line. */
  | { readonly kind: "note"; readonly text: string }
  /** The same of the data, told before training. */
  | { readonly kind: "finding"; readonly finding: Finding };

/** One file as it is published. */
export interface PublishedFile {
  readonly name: string;
  /** Null where nobody has told, as of files that come in an archive alone. */
  readonly bytes: number | null;
  /** In hex; null likewise. */
  readonly sha256: string | null;
  /** What a `name` ending in `.gz` unpacks to, which may be kept instead, under the name without `.gz`. */
  readonly unpacked?: { readonly bytes: number; readonly sha256: string };
}

/** A file that can be told to be the published one. */
export type KnownFile = PublishedFile & { readonly bytes: number; readonly sha256: string };
export const isKnown = (file: PublishedFile): file is KnownFile => file.bytes !== null && file.sha256 !== null;

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
  /** Where the set is known to hold images that show what others show: how many, and who found it. */
  readonly nearCopies?: string;
  /** What `load` reads. */
  readonly files: readonly PublishedFile[];
  /** What `load` reads beside them. */
  readonly folders?: readonly PublishedFolder[];
  /** Each holds all the others; `load` reads them out of it too, and the mirrors give the first alone. */
  readonly archives?: readonly PublishedFile[];
  /** Addresses of folders that hold the files (or the archive) under their names, in the order to try. */
  readonly mirrors: readonly string[];
  /** `dataHash` of the whole set as it is read; absent where nobody has told. */
  readonly content?: string;
  /** Images of each class, in label order; absent where nobody has told. */
  readonly counts?: { readonly train: readonly number[]; readonly test: readonly number[] };
}

/** Where a set's files are looked for, below the data folder. */
export const folderOf = ({ name, folder = name }: Pick<DatasetSource, "name" | "folder">): string => folder;

/** A place as a form is told by it; no file but the first bytes of one is read. */
export interface Look {
  readonly path: string;
  readonly isFolder: boolean;
  /** Names in it, where it is a folder. */
  readonly names: readonly string[];
  /** What a file is by its first bytes ("a zip archive", `formats/sniff.ts`); "" where nothing is told. */
  readonly what: string;
}

/** Sets that are the user's own, named by a scheme and a path: `folder:PATH`. One file, and one line in `index.ts`. */
export interface DatasetScheme {
  /** What stands before the colon. */
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
  /** The settings of data that mean something to it. */
  readonly settings: readonly DataSetting[];
  /** How names of files end that can only be of this form: such a bare path is taken for one. */
  readonly ending?: RegExp;
  /** True for a place that is surely of this form: whoever asks for another is told. */
  readonly looksLike?: (look: Look) => boolean;
  /** Throws `dataError` where the place is not what it should be. */
  load(path: string, options: LoadOptions): Promise<Dataset>;
}

export interface DatasetSource {
  readonly name: string;
  /** One line for help and `heddle data list`. */
  readonly summary: string;
  /** True where the program makes the data itself. */
  readonly embedded: boolean;
  /** What `train` uses when neither flag nor file says. */
  readonly defaults: {
    readonly model: string;
    readonly epochs: number;
    /** Of a small set, epochs and augmentation are chosen by what it holds (`run/small-set.ts`). */
    readonly bySize?: boolean;
  };
  /** The settings of data that mean something to this set; none for sets that are what they are. */
  readonly settings?: readonly DataSetting[];
  /** Absent where the program makes the data itself, or where it is the user's own. */
  readonly published?: Published;
  /** The folder of the data folder that it lies in; its name unless given, as for sets that are published together. */
  readonly folder?: string;
  /** Throws `dataError` where files are missing or invalid. */
  load(options: LoadOptions): Promise<Dataset>;
}
