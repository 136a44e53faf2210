/** Reads and decodes the image files of a set into one array of bytes. */
import { dataError, type HeddleError } from "../../base/errors.js";
import { blake3, digestLength } from "../../base/hash.js";
import type { ImageShape } from "../../base/shape.js";
import { counted } from "../../base/text.js";
import { formatInName, type ImageFormat } from "../../formats/image.js";
import { type Paper, papers, visibleContrast } from "../../formats/paper.js";
import type { LoadOptions } from "../dataset.js";
import { someAhead } from "./ahead.js";
import type { PassSettings } from "./decode.js";
import { type DecodedFile, decodeAll } from "./decoders.js";
import { misnamedText } from "./facts.js";
import type { ImageFile } from "./listing.js";
import type { ImageSettings } from "./settings.js";
import { areMixed, chooseSize, lookAtSizes, type MixedSizes } from "./sizes.js";
import { Stack } from "./stack.js";
import type { FileStore, MemoryStore } from "./store.js";
import type { FileTree, TreeFile } from "./tree.js";

/** Between two signs of progress. */
const progressMs = 50;

/** A file that does not decode, and what it is instead. */
export interface BadImage {
  readonly name: string;
  readonly reason: string;
}

export interface Misnamed {
  readonly files: number;
  /** The first of them, with what they are. */
  readonly some: readonly { readonly name: string; readonly format: string }[];
}

/** What reading found out about the files. */
export interface FileFacts {
  /** Images with transparent parts, and what they were laid on; null where there are none. */
  readonly transparent: { readonly images: number; readonly paper: Paper } | null;
  /** Files of 16 bits a sample, and the largest color in them; null where there are none. */
  readonly deep: { readonly images: number; readonly largest: number } | null;
  /** Files with more frames or pages than the first, which was taken. */
  readonly frames: number;
  /** Files that are read though their names end as those of another format do; null where there are none. */
  readonly misnamed: Misnamed | null;
  /** Where the images have different sizes and nobody gave one. */
  readonly mixed: MixedSizes | null;
}

export interface Pixels extends PixelFacts {
  /** Of the good images, in the order of the files: height x width x channels bytes each. */
  readonly store: MemoryStore | FileStore;
}

/** All that is known of the pixels but they themselves. */
export interface PixelFacts {
  readonly shape: ImageShape;
  readonly bad: readonly BadImage[];
  readonly facts: FileFacts;
  /** `contentHash` of the files. */
  readonly content: string;
}

/** Where the pixels go. */
interface Target {
  readonly cachePath: string | null;
  /** Images of the largest split. */
  readonly largest: number;
}

/** Decodes all files, and tells of those that do not. Throws `dataError` for a file that has vanished, and where none is good. */
export async function readImages(
  dataset: string,
  tree: FileTree,
  files: readonly ImageFile[],
  settings: ImageSettings,
  options: LoadOptions,
  { cachePath, largest }: Target,
): Promise<Pixels> {
  const names = files.map(({ name }) => name);
  const sizes = settings.size ? [] : await lookAtSizes(tree, names, settings.limits);
  let mixed = areMixed(sizes) ? chooseSize(sizes) : null;
  let paper: Paper = settings.paper ?? "black";
  let comparing = settings.paper === null;
  for (;;) {
    const size = settings.size ?? mixed?.chosen ?? null;
    const stack = new Stack(dataset, names.length, options, cachePath, largest);
    const pass = new Pass(dataset, tree, names, { ...settings, size, paper, comparing }, options, stack);
    const odd = await pass.run().catch((error: unknown) => {
      pass.discard();
      throw error;
    });
    // An image of another size than those that were looked at.
    if (odd) {
      mixed = chooseSize([...sizes, odd]);
      pass.discard();
    } else {
      const best = pass.bestPaper();
      if (best === paper) return pass.finish({ mixed, paper });
      [paper, comparing] = [best, false];
      pass.discard();
    }
  }
}

/** One pass over all files. */
class Pass {
  readonly #dataset: string;
  readonly #tree: FileTree;
  readonly #names: readonly string[];
  readonly #settings: PassSettings;
  readonly #options: LoadOptions;
  readonly #stack: Stack;
  readonly #digests: Uint8Array;
  readonly #bad = new Map<number, string>();
  /** Transparent images that each of `papers` makes visible. */
  readonly #visible = papers.map(() => 0);
  readonly #misnamed = new Map<number, ImageFormat>();
  #transparent = 0;
  #frames = 0;
  #deep: { images: number; largest: number } = { images: 0, largest: 0 };

  constructor(
    dataset: string,
    tree: FileTree,
    names: readonly string[],
    settings: PassSettings,
    options: LoadOptions,
    stack: Stack,
  ) {
    [this.#dataset, this.#tree, this.#names, this.#settings, this.#options] = [dataset, tree, names, settings, options];
    this.#stack = stack;
    this.#digests = new Uint8Array(digestLength * names.length);
  }

  /** Lets go of a file that was begun. */
  discard(): void {
    this.#stack.discard();
  }

  /** Null at the end; before it, the size of an image that is not the others'. */
  async run(): Promise<{ height: number; width: number } | null> {
    const total = this.#names.length;
    let [done, told] = [0, performance.now()];
    for await (const decoded of decodeAll(this.#tree, this.#names, this.#settings)) {
      for (const found of decoded) if (!this.#take(found)) return found.image;
      done += decoded.length;
      if (performance.now() - told < progressMs) continue;
      this.#options.onEvent?.({ kind: "load", dataset: this.#dataset, done, total });
      told = performance.now();
    }
    return null;
  }

  /** False for an image whose size is not that of the others. */
  #take({ index, digest, image, bad, format, isTransparent, contrasts, deepest, hasMore }: DecodedFile): boolean {
    this.#digests.set(digest, digestLength * index);
    if (!image) this.#bad.set(index, bad ?? "");
    else if (!this.#stack.put(index, image)) return false;
    if (format !== null && format !== (formatInName(this.#names[index]) ?? format)) this.#misnamed.set(index, format);
    if (isTransparent) this.#transparent++;
    if (hasMore) this.#frames++;
    for (const [i, contrast] of (contrasts ?? []).entries()) if (contrast >= visibleContrast) this.#visible[i]++;
    if (deepest !== null) {
      this.#deep = { images: this.#deep.images + 1, largest: Math.max(this.#deep.largest, deepest) };
    }
    return true;
  }

  /** The first of `papers` that makes most of the transparent images visible; this pass's own where none are compared. */
  bestPaper(): Paper {
    if (!this.#settings.comparing || this.#transparent === 0) return this.#settings.paper;
    return papers[this.#visible.indexOf(Math.max(...this.#visible))];
  }

  #misnamedFiles(): Misnamed | null {
    if (this.#misnamed.size === 0) return null;
    const some = byIndex(this.#misnamed).slice(0, listed);
    return { files: this.#misnamed.size, some: some.map(([index, format]) => ({ name: this.#names[index], format })) };
  }

  finish({ mixed, paper }: { mixed: MixedSizes | null; paper: Paper }): Pixels {
    const bad = byIndex(this.#bad).map(([index, reason]) => ({ name: this.#names[index], reason }));
    if (bad.length === this.#names.length) {
      this.discard();
      throw tooManyBad(this.#dataset, bad, { allowed: 0, of: bad.length }, { misnamed: null });
    }
    return {
      ...this.#stack.finish(),
      bad,
      facts: {
        transparent: this.#transparent > 0 ? { images: this.#transparent, paper } : null,
        frames: this.#frames,
        misnamed: this.#misnamedFiles(),
        deep: this.#deep.images > 0 ? this.#deep : null,
        mixed,
      },
      content: hashOf(this.#names, this.#digests),
    };
  }
}

const byIndex = <T>(found: ReadonlyMap<number, T>): [number, T][] => [...found].sort(([a], [b]) => a - b);

/** As many are listed, a line each. */
const listed = 40;

/** Names all that do not decode, says what each is, and the number that lets it go on; then those that are read, under a wrong name. */
export function tooManyBad(
  dataset: string,
  bad: readonly BadImage[],
  { allowed, of }: { readonly allowed: number; readonly of: number },
  { misnamed }: Pick<FileFacts, "misnamed">,
): HeddleError {
  const lines = bad.slice(0, listed).map(({ name, reason }) => `  ${name}: ${reason}`);
  if (bad.length > listed) lines.push(`  and ${bad.length - listed} more`);
  if (misnamed) lines.push(`  ${misnamedText(misnamed)}`);
  return dataError({
    where: dataset,
    expected: allowed === 0 ? "images that decode" : `at most ${allowed} images that do not decode (--skip-bad)`,
    got: counted(bad.length, "that does not", "that do not"),
    // Without all of them there is nothing to go on with.
    fix: bad.length === of ? "" : `--skip-bad ${bad.length} goes on without ${bad.length === 1 ? "it" : "them"}.`,
    excerpt: lines.join("\n"),
  });
}

/** BLAKE3 over names and bytes of the files, in order: equal files have equal hashes, wherever they lie. */
export async function contentHash(tree: FileTree, files: readonly ImageFile[]): Promise<string> {
  const names = files.map(({ name }) => name);
  const digests = new Uint8Array(digestLength * names.length);
  const digest = async (file: TreeFile) => [file.index, blake3([await file.bytes()])] as const;
  for await (const [index, found] of someAhead(tree.read(names), digest)) digests.set(found, digestLength * index);
  return hashOf(names, digests);
}

/** `digests`: one after the other. */
function hashOf(names: readonly string[], digests: Uint8Array): string {
  const chunks = names.flatMap((name, i) => {
    const digest = digests.subarray(digestLength * i, digestLength * (i + 1));
    // No name holds a zero byte.
    return [Buffer.from(`${name}\0`), digest];
  });
  return Buffer.from(blake3(chunks)).toString("hex");
}
