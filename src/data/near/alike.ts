/** Whether pixels of two images go together. */
import type { ImageShape } from "../../base/shape.js";
import { nearLimits } from "./limits.js";

/** Of RGB by what is seen brightest (ITU-R BT.601, times 8): JPEG keeps colors at half the size. */
const [redShare, greenShare, blueShare] = [2, 5, 1];

/** Images are compared by the means of so many parts down and across before all pixels are looked at. */
const mostParts = 8;
/** What rounding of these means may add. */
const slack = 1.001;

/**
 * Of a = (x - mean) / deviation, the correlation of n pixels is 1 - sum (a - b)^2 / 2 n. The sum only grows, so most pairs are told
 * apart by a few rows. Over parts of m pixels each, sum m (mean a - mean b)^2 is no larger: most need no look at a pixel.
 */
export class Alike {
  readonly #images: readonly Uint8Array[];
  readonly #isColored: boolean;
  /** Pixels of an image, and of its rows; channels are pixels side by side where they are not three. */
  readonly #pixels: number;
  readonly #width: number;
  /** Where each part begins, and the end of the last, down and across. */
  readonly #down: readonly number[];
  readonly #across: readonly number[];
  /** 1 / deviation of each image, 0 where it has none, and mean / deviation; NaN until they are asked for. */
  readonly #factors: Float64Array;
  readonly #shifts: Float64Array;
  /** For each image and part, mean a times the root of the part's pixels. */
  readonly #means: Float32Array;

  constructor(images: readonly Uint8Array[], { height, width, channels }: ImageShape) {
    this.#images = images;
    this.#isColored = channels === 3;
    this.#width = this.#isColored ? width : width * channels;
    this.#pixels = height * this.#width;
    this.#down = edgesOf(height);
    this.#across = edgesOf(this.#width);
    this.#factors = new Float64Array(images.length).fill(NaN);
    this.#shifts = new Float64Array(images.length);
    this.#means = new Float32Array(images.length * mostParts ** 2);
  }

  are(first: number, second: number): boolean {
    for (const image of [first, second]) if (Number.isNaN(this.#factors[image])) this.#measure(image);
    const [f, g] = [this.#factors[first], this.#factors[second]];
    if (f === 0 || g === 0) return false;
    const most = 2 * (1 - nearLimits.leastCorrelation) * this.#pixels;
    return this.#ofMeans(first, second) <= most * slack && this.#goTogether(first, second, most);
  }

  #ofMeans(first: number, second: number): number {
    const means = this.#means;
    const parts = mostParts ** 2;
    let sum = 0;
    for (let i = first * parts, j = second * parts, end = i + parts; i < end; i++, j++)
      sum += (means[i] - means[j]) ** 2;
    return sum;
  }

  #goTogether(first: number, second: number, most: number): boolean {
    const [a, b] = [this.#images[first], this.#images[second]];
    const [f, g] = [this.#factors[first], this.#factors[second]];
    const shift = this.#shifts[first] - this.#shifts[second];
    const row = this.#isColored ? this.#width * 3 : this.#width;
    let sum = 0;
    for (let i = 0; i < a.length; ) {
      const end = i + row;
      if (this.#isColored) {
        for (; i < end; i += 3) {
          const x = redShare * a[i] + greenShare * a[i + 1] + blueShare * a[i + 2];
          const y = redShare * b[i] + greenShare * b[i + 1] + blueShare * b[i + 2];
          const d = f * x - g * y - shift;
          sum += d * d;
        }
      } else {
        for (; i < end; i++) {
          const d = f * a[i] - g * b[i] - shift;
          sum += d * d;
        }
      }
      if (sum > most) return false;
    }
    return true;
  }

  #measure(image: number): void {
    const a = this.#images[image];
    const [down, across, isColored] = [this.#down, this.#across, this.#isColored];
    const sums = new Float64Array(mostParts ** 2);
    let [i, total, squares] = [0, 0, 0];
    for (let row = 0; row + 1 < down.length; row++) {
      for (let y = down[row]; y < down[row + 1]; y++) {
        for (let column = 0; column + 1 < across.length; column++) {
          let sum = 0;
          for (let x = across[column]; x < across[column + 1]; x++, i += isColored ? 3 : 1) {
            const light = isColored ? redShare * a[i] + greenShare * a[i + 1] + blueShare * a[i + 2] : a[i];
            sum += light;
            squares += light * light;
          }
          sums[row * mostParts + column] += sum;
          total += sum;
        }
      }
    }
    const mean = total / this.#pixels;
    const variance = squares / this.#pixels - mean * mean;
    const factor = variance > 0 ? 1 / Math.sqrt(variance) : 0;
    [this.#factors[image], this.#shifts[image]] = [factor, mean * factor];
    for (let row = 0; row + 1 < down.length; row++) {
      for (let column = 0; column + 1 < across.length; column++) {
        const part = row * mostParts + column;
        const area = (down[row + 1] - down[row]) * (across[column + 1] - across[column]);
        this.#means[image * mostParts ** 2 + part] = ((sums[part] - area * mean) * factor) / Math.sqrt(area);
      }
    }
  }
}

/** Of at most `mostParts` about equal parts of so many rows or columns. */
function edgesOf(size: number): number[] {
  const parts = Math.min(mostParts, size);
  return Array.from({ length: parts + 1 }, (_, part) => Math.floor((part * size) / parts));
}
