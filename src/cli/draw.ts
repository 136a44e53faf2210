/** Images in half-block characters: each character is two pixels, one above the other. */
import { type ImageShape } from "../index.js";
import { sgr } from "./ansi.js";

export interface Picture {
  /** height x width x channels bytes, channels last. */
  readonly pixels: Uint8Array;
  readonly shape: ImageShape;
  /** The largest value that a pixel can have. */
  readonly maximum: number;
}

/** Larger images are shrunk by a whole factor to at most that many pixels a side. */
const largest = 16;

/** The picture in lines of equal width; in 24 shades of grey with `shades`, else black on white by a threshold. */
export function draw(picture: Picture, shades: boolean): string[] {
  const { rows, columns, grey } = shrink(picture);
  const low = Math.min(...grey);
  // Thin strokes lose contrast when shrunk: a threshold under the middle keeps them whole.
  const threshold = low + 0.4 * (Math.max(...grey) - low);
  const lines: string[] = [];
  for (let top = 0; top < rows; top += 2) {
    let line = "";
    for (let column = 0; column < columns; column++) {
      const upper = grey[top * columns + column];
      const lower = top + 1 < rows ? grey[(top + 1) * columns + column] : 0;
      line += shades ? shaded(upper, lower) : " ▀▄█"[Number(upper > threshold) + 2 * Number(lower > threshold)];
    }
    lines.push(shades ? `${line}${sgr("0")}` : line);
  }
  return lines;
}

/** Half a block: foreground above, background below, from the 24 greys of the 256-colour palette. */
function shaded(upper: number, lower: number): string {
  const palette = (value: number) => 232 + Math.round(23 * value);
  return `${sgr(`38;5;${palette(upper)};48;5;${palette(lower)}`)}▀`;
}

/** Mean over channels and over squares of pixels, 0..1. */
function shrink({ pixels, shape, maximum }: Picture): { rows: number; columns: number; grey: Float64Array } {
  const { height, width, channels } = shape;
  const factor = Math.ceil(Math.max(height, width) / largest);
  const [rows, columns] = [Math.floor(height / factor), Math.floor(width / factor)];
  const grey = new Float64Array(rows * columns);
  for (let y = 0; y < rows * factor; y++) {
    for (let x = 0; x < columns * factor; x++) {
      for (let c = 0; c < channels; c++) {
        const share = pixels[(y * width + x) * channels + c] / (maximum * channels * factor * factor);
        grey[Math.floor(y / factor) * columns + Math.floor(x / factor)] += share;
      }
    }
  }
  return { rows, columns, grey: grey.map((value) => Math.min(1, value)) };
}
