/**
 * Convolutions of 3x3 whose work is known (Ludwig, "Image Convolution"): what a first layer could learn, on an image. And the
 * receptive field of a curve detector (Deshpande 2016): where the image has its curve the products sum to 6600, elsewhere to 0.
 */
export interface KnownKernel {
  readonly name: string;
  readonly summary: string;
  /** 3 rows of 3; multiplied by `factor`. */
  readonly rows: readonly (readonly number[])[];
  readonly factor: number;
}

// biome-ignore format: a kernel is a square
export const knownKernels: readonly KnownKernel[] = [
  { name: "identity", summary: "leaves the image as it is", factor: 1, rows: [[0, 0, 0], [0, 1, 0], [0, 0, 0]] },
  { name: "edges-diagonal", summary: "edges along both diagonals", factor: 1, rows: [[1, 0, -1], [0, 0, 0], [-1, 0, 1]] },
  { name: "edges-straight", summary: "edges along rows and columns", factor: 1, rows: [[0, 1, 0], [1, -4, 1], [0, 1, 0]] },
  { name: "edges", summary: "edges in all directions", factor: 1, rows: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]] },
  { name: "sharpen", summary: "the image and its edges", factor: 1, rows: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]] },
  { name: "box-blur", summary: "the mean of nine", factor: 1 / 9, rows: [[1, 1, 1], [1, 1, 1], [1, 1, 1]] },
  { name: "gaussian-blur", summary: "a mean that the middle counts most in", factor: 1 / 16, rows: [[1, 2, 1], [2, 4, 2], [1, 2, 1]] },
];

/** y[i][j] = factor sum over (u, v) of k[u][v] x[i + u - 1][j + v - 1], 0 beyond the border: as nets convolve. */
export function applyKernel(
  { rows, factor }: Pick<KnownKernel, "rows" | "factor">,
  image: ArrayLike<number>,
  height: number,
  width: number,
): Float64Array {
  const result = new Float64Array(height * width);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (const [u, row] of rows.entries()) {
        for (const [v, weight] of row.entries()) {
          const [y, x] = [i + u - 1, j + v - 1];
          if (y >= 0 && x >= 0 && y < height && x < width) sum += weight * image[y * width + x];
        }
      }
      result[i * width + j] = factor * sum;
    }
  }
  return result;
}

// biome-ignore format: pictures
const curve = [
  0, 0, 0, 0, 0, 30, 0,
  0, 0, 0, 0, 30, 0, 0,
  0, 0, 0, 30, 0, 0, 0,
  0, 0, 0, 30, 0, 0, 0,
  0, 0, 0, 30, 0, 0, 0,
  0, 0, 0, 30, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0,
];
// biome-ignore format: pictures
const back = [
  0, 0, 0, 0, 0, 0, 30,
  0, 0, 0, 0, 50, 50, 50,
  0, 0, 0, 20, 50, 0, 0,
  0, 0, 0, 50, 50, 0, 0,
  0, 0, 0, 50, 50, 0, 0,
  0, 0, 0, 50, 50, 0, 0,
  0, 0, 0, 50, 50, 0, 0,
];
// biome-ignore format: pictures
const ear = [
  0, 0, 0, 0, 0, 0, 0,
  0, 40, 0, 0, 0, 0, 0,
  40, 0, 40, 0, 0, 0, 0,
  40, 20, 0, 0, 0, 0, 0,
  0, 50, 0, 0, 0, 0, 0,
  0, 0, 50, 0, 0, 0, 0,
  25, 25, 0, 50, 0, 0, 0,
];

/** Sums of the products of a 7x7 curve detector with the part of an image that has the curve, and with one that has not. */
export function curveExample(): { readonly same: number; readonly other: number } {
  const answer = (part: readonly number[]): number => curve.reduce((sum, weight, i) => sum + weight * part[i], 0);
  return { same: answer(back), other: answer(ear) };
}
