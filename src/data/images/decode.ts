/** From the bytes of one image file to pixels of a set: what a thread does that decodes. */
import { HeddleError } from "../../base/errors.js";
import { blake3 } from "../../base/hash.js";
import { formatOf, readImage, type StoredImage } from "../../formats/image.js";
import { contrastOn, isTransparent, layOn, type Paper, papers } from "../../formats/paper.js";
import { type DecodedImage, toChannels } from "../../formats/pixels.js";
import { resize } from "../../formats/resize.js";
import { isWithoutSharp } from "../../formats/sharp.js";
import { headBytes, sniff } from "../../formats/sniff.js";
import type { ImageSettings } from "./settings.js";

/** How all images of a pass are read; `paper` is the one they lie on in this pass. */
export type PassSettings = Omit<ImageSettings, "paper" | "skipBad"> & {
  readonly paper: Paper;
  /** Look what other papers would show of a transparent image. */
  readonly comparing: boolean;
};

/** What is kept of one file. */
export interface Decoded {
  /** BLAKE3 of the file's bytes. */
  readonly digest: Uint8Array;
  /** Null for a file that does not decode. */
  readonly image: DecodedImage | null;
  /** What it is instead, in words; null for a good one. */
  readonly bad: string | null;
  readonly format: StoredImage["format"] | null;
  readonly isTransparent: boolean;
  /** Of transparent images, where papers are compared: how much can be seen on each of `papers`. */
  readonly contrasts: readonly number[] | null;
  /** Of a file of 16 bits a sample, the largest color. */
  readonly deepest: number | null;
  /** True where the file holds more frames or pages than the one taken. */
  readonly hasMore: boolean;
}

/** `name` stands in errors. Throws only for what is not the file's fault, as a package that is not installed. */
export async function decodeFile(bytes: Uint8Array, name: string, settings: PassSettings): Promise<Decoded> {
  const digest = blake3([bytes]);
  const { size, fit, channels, paper, maximum, limits, comparing } = settings;
  const none = { digest, format: null, isTransparent: false, contrasts: null, deepest: null, hasMore: false };
  try {
    const stored = await readImage(bytes, name, { limits, ...(maximum !== null && { maximum }) });
    const laid = layOn(paper, stored);
    const colored = channels === null ? laid : toChannels(laid, channels);
    const shows = stored.channels % 2 === 0 && isTransparent(stored);
    return {
      digest,
      image: size === null ? colored : resize(colored, { ...size, fit }),
      bad: null,
      format: stored.format,
      isTransparent: shows,
      contrasts: shows && comparing ? papers.map((other) => contrastOn(other, stored)) : null,
      deepest: stored.deepest ?? null,
      hasMore: (stored.more ?? 0) > 0,
    };
  } catch (error) {
    if (!(error instanceof HeddleError) || error.kind !== "data" || isWithoutSharp(error)) {
      throw error;
    }
    return { ...none, image: null, bad: whatIs(bytes, name, error) };
  }
}

/** What a file is that does not decode: another kind of file, or an image that is cut or damaged. */
function whatIs(bytes: Uint8Array, name: string, { message }: HeddleError): string {
  const kind = sniff(bytes.subarray(0, headBytes));
  if (!kind) return whatBytes(bytes);
  if (formatOf(bytes) === null) return kind.what;
  const reason = message.replace(name, "").replace(/^[:,]? */, "");
  // A chunk that is longer than what is left of the file, or none where one must be.
  const isCut =
    /expected a chunk of at most|got the end of the file|premature end|unexpected end of|truncated|not enough data/i.test(
      reason,
    );
  if (isCut) return `${kind.what}, cut at byte ${bytes.length}`;
  return `${kind.what} that does not decode (${reason.replace(/\.$/, "")})`;
}

/** Of bytes that begin as no file that is known. */
function whatBytes(bytes: Uint8Array): string {
  if (bytes.every((byte) => byte === 0)) return `nothing but ${bytes.length} bytes of zero`;
  const text = Buffer.from(bytes.subarray(0, headBytes)).toString("utf8");
  // A letter may be cut at the end of what is looked at.
  const isText = !/[\0-\x08\x0e-\x1f\ufffd]/.test(text.slice(0, -1));
  if (!isText) return "no image that is known";
  const line = text.trim().split(/\s*\n/)[0].slice(0, 40);
  return `a text ("${line}${line.length < text.trim().length ? "…" : ""}")`;
}
