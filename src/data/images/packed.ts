/**
 * Decoded files as they go from one thread to another: bytes side by side and few objects, since a buffer and an object for each
 * file would cost more than the files.
 */
import { digestLength } from "../../base/hash.js";
import type { Decoded } from "./decode.js";

/** Larger images are sent as they lie, without a copy. */
const mostCopied = 2 ** 16;
/** Height, width and channels of an image, zeros where there is none; then which of the kinds the file is of. */
const columns = 4;

type Kind = Omit<Decoded, "digest" | "image">;

export interface PackedFiles {
  readonly files: Uint32Array;
  /** What is alike in files of one format that nothing else is said of; a kind of its own for each other file. */
  readonly kinds: readonly Kind[];
  /** Digest and pixels of each file, the large ones' left out. */
  readonly bytes: Uint8Array;
  /** Pixels of the large ones. */
  readonly large: readonly Uint8Array[];
}

const isLarge = (pixels: number): boolean => pixels > mostCopied;

const isUsual = ({ bad, isTransparent, contrasts, deepest, hasMore }: Kind): boolean =>
  bad === null && !isTransparent && contrasts === null && deepest === null && !hasMore;

/** Into `room`, if it is large enough. */
export function pack(decoded: readonly Decoded[], room: ArrayBuffer | null): PackedFiles {
  const copied = ({ digest, image }: Decoded): number =>
    digest.length + (image && !isLarge(image.pixels.length) ? image.pixels.length : 0);
  const files = new Uint32Array(columns * decoded.length);
  const length = decoded.reduce((sum, file) => sum + copied(file), 0);
  const bytes = room && room.byteLength >= length ? new Uint8Array(room, 0, length) : new Uint8Array(length);
  const kinds: Kind[] = [];
  const large: Uint8Array[] = [];
  const usual = new Map<Kind["format"], number>();
  let at = 0;
  const copy = (part: Uint8Array): void => {
    bytes.set(part, at);
    at += part.length;
  };
  for (const [place, { digest, image, ...kind }] of decoded.entries()) {
    const known = isUsual(kind) ? usual.get(kind.format) : undefined;
    const number = known ?? kinds.push(kind) - 1;
    if (isUsual(kind)) usual.set(kind.format, number);
    files[columns * place + 3] = number;
    copy(digest);
    if (!image) continue;
    files.set([image.height, image.width, image.channels], columns * place);
    if (isLarge(image.pixels.length)) large.push(alone(image.pixels));
    else copy(image.pixels);
  }
  return { files, kinds, bytes, large };
}

/** A view takes the whole buffer along. */
const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);

/** For `postMessage`: nothing is copied. */
export const buffersOf = ({ files, bytes, large }: PackedFiles): ArrayBuffer[] =>
  [files, bytes, ...large].map(({ buffer }) => buffer as ArrayBuffer);

/** In their order, as views of what came. */
export function* unpack({ files, kinds, bytes, large }: PackedFiles): Generator<Decoded> {
  let [at, next] = [0, 0];
  const take = (length: number): Uint8Array => bytes.subarray(at, (at += length));
  for (let place = 0; place < files.length; place += columns) {
    const [height, width, channels, kind] = files.subarray(place, place + columns);
    const digest = take(digestLength);
    const length = height * width * channels;
    const pixels = isLarge(length) ? large[next++] : take(length);
    const image = length > 0 ? { height, width, channels: channels as 1 | 3, pixels } : null;
    yield { digest, image, ...kinds[kind] };
  }
}
