/**
 * From a written path to an image, as scanned digits were made: the path is inked on a fine grid of bits, and a pixel
 * is the number of inked bits in its square (the UCI digits: 32x32 bits, 4x4 to a pixel, hence values 0..16).
 */
import type { Stream } from "../../base/random.js";
import { Bitmap } from "./bitmap.js";
import { bell, type Path } from "./hand.js";

export interface Format {
  /** Pixels of the image by side, and bits of the fine grid in each pixel by side. */
  readonly side: number;
  readonly block: 4 | 8;
  readonly maximum: number;
  /** Side of the square box for the digit, in pixels. */
  readonly box: number;
  /** `height`: as high as the box, and squeezed where too wide; `box`: in its own proportions, as large as fits. */
  readonly fit: "height" | "box";
  /** Radius of the pen for strokes of a length, both in heights of the digit; and its spread, as a share. */
  readonly pen: (length: number) => number;
  readonly penSpread: number;
  /** Digits are drawn this much wider than written, and narrow ones widened to a share of the box, pen included. */
  readonly widen: number;
  readonly leastWidth: number;
  /** Whether the middle of the strokes or the middle of their frame goes into the middle of the image. */
  readonly center: "mass" | "frame";
  /** How far it misses the middle to the right: mean and deviation, in pixels. */
  readonly offset: readonly [mean: number, spread: number];
  /** Deviation of pixels that are neither paper nor ink, in counts. */
  readonly noise: number;
}

export class Press {
  readonly format: Format;
  readonly #bitmap: Bitmap;

  constructor(format: Format) {
    this.format = format;
    this.#bitmap = new Bitmap(format.side * format.block);
  }

  /** Prints `path` as the image that starts at `start` in `images`. */
  print(path: Path, stream: Stream, images: Uint8Array, start: number): void {
    const { block, box, center, fit, leastWidth, offset, widen } = this.format;
    const pen = this.format.pen(path.length) * (1 + this.format.penSpread * bell(stream));
    const frame = measure(path);
    const bits = box * block;
    const width = frame.right - frame.left + 2 * pen;
    const height = frame.bottom - frame.top + 2 * pen;
    const scaleY = bits / (fit === "height" ? height : Math.max(width, height));
    const scaleX = Math.max(Math.min(widen * scaleY, bits / width), (leastWidth * bits) / width);
    const middleX = center === "mass" ? frame.meanX : (frame.left + frame.right) / 2;
    const middleY = center === "mass" ? frame.meanY : (frame.top + frame.bottom) / 2;
    const shiftX = this.#bitmap.size / 2 + (offset[0] + offset[1] * bell(stream)) * block;
    const shiftY = this.#bitmap.size / 2;
    this.#bitmap.clear();
    for (let i = 0; i < path.count; i++) {
      const x = shiftX + (path.x[i] - middleX) * scaleX;
      const y = shiftY + (path.y[i] - middleY) * scaleY;
      this.#bitmap.ellipse(x, y, pen * scaleX, pen * scaleY);
    }
    this.#bitmap.countBlocks(block, images, start);
    this.#finish(stream, images, start);
  }

  /** Counts become pixels: noise on the edges, then the range of values. */
  #finish(stream: Stream, images: Uint8Array, start: number): void {
    const { side, block, maximum, noise } = this.format;
    const full = block * block;
    for (let i = start; i < start + side * side; i++) {
      let count = images[i];
      if (noise > 0 && count > 0 && count < full) {
        count = Math.max(0, Math.min(full, Math.round(count + noise * bell(stream))));
      }
      images[i] = Math.round((count * maximum) / full);
    }
  }
}

function measure({ x, y, count }: Path) {
  let [left, right, top, bottom] = [x[0], x[0], y[0], y[0]];
  let [sumX, sumY] = [0, 0];
  for (let i = 0; i < count; i++) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    top = Math.min(top, y[i]);
    bottom = Math.max(bottom, y[i]);
    sumX += x[i];
    sumY += y[i];
  }
  return { left, right, top, bottom, meanX: sumX / count, meanY: sumY / count };
}
