/** What lies behind an image where it is transparent. */
import { usageError } from "../base/errors.js";
import type { DecodedImage } from "./pixels.js";

/** Pixels with or without an alpha channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha (colors not multiplied by it). */
export interface StoredPixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** height x width x channels bytes. */
  readonly pixels: Uint8Array;
}

/** A color, as it is called: "black", "white", "grey", "#rrggbb". */
export type Paper = string;

/** Papers to choose from by themselves, the first of equals. On grey both black and white can be seen. */
export const papers: readonly Paper[] = ["black", "white", "grey"];

type Color = readonly [red: number, green: number, blue: number];

const named: Readonly<Record<string, number>> = { black: 0, white: 255, grey: 128, gray: 128 };

/** Throws `usageError`. */
export function parsePaper(text: string): Color {
  const name = text.toLowerCase();
  if (Object.hasOwn(named, name)) return [named[name], named[name], named[name]];
  const [, long, short] = /^#?(?:([0-9a-f]{6})|([0-9a-f]{3}))$/.exec(name) ?? [];
  const digits = long ?? short?.replace(/./g, "$&$&");
  if (digits !== undefined) return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16)) as never;
  throw usageError({ where: "--paper", expected: "black, white, grey, or a color as #ffcc00", got: `"${text}"` });
}

/** True for pixels that let something through. */
export function isTransparent({ channels, pixels }: StoredPixels): boolean {
  if (channels % 2 === 1) return false;
  for (let at = channels - 1; at < pixels.length; at += channels) if (pixels[at] < 255) return true;
  return false;
}

/** The image without its alpha channel: color x alpha + paper x (1 - alpha). Grey stays grey on a grey paper. */
export function layOn(paper: Paper, image: StoredPixels): DecodedImage {
  const { width, height, channels, pixels: from } = image;
  if (channels === 1 || channels === 3) return { width, height, channels, pixels: from };
  const ground = parsePaper(paper);
  const isGrey = channels === 2 && ground.every((value) => value === ground[0]);
  const colors = isGrey ? 1 : 3;
  const pixels = new Uint8Array(width * height * colors);
  for (let i = 0, at = 0; i < pixels.length; i += colors, at += channels) {
    const alpha = from[at + channels - 1] / 255;
    for (let c = 0; c < colors; c++) {
      const color = from[channels === 2 ? at : at + c];
      pixels[i + c] = Math.round(color * alpha + ground[c] * (1 - alpha));
    }
  }
  return { width, height, channels: colors, pixels };
}

/** How much can be seen of a transparent image on a paper: the widest range of a channel, 0 where it is all one color. */
export function contrastOn(paper: Paper, image: StoredPixels): number {
  const { channels, pixels } = layOn(paper, image);
  let widest = 0;
  for (let c = 0; c < channels; c++) {
    let [least, most] = [255, 0];
    for (let at = c; at < pixels.length; at += channels) {
      if (pixels[at] < least) least = pixels[at];
      if (pixels[at] > most) most = pixels[at];
    }
    widest = Math.max(widest, most - least);
  }
  return widest;
}

/** So much of the range of a channel makes an image visible. */
export const visibleContrast = 64;

/** The first of `papers` that makes the image visible, or the one on which most of it is to be seen. */
export function visiblePaper(image: StoredPixels): Paper {
  const contrasts = papers.map((paper) => contrastOn(paper, image));
  const shows = contrasts.findIndex((contrast) => contrast >= visibleContrast);
  return papers[shows >= 0 ? shows : contrasts.indexOf(Math.max(...contrasts))];
}
