import { type ConvGeometry, kernelOf, sizes } from "./conv-geometry.js";
import { operation, type Real } from "./operation.js";
import { image, imageOf, unpack } from "./plain.js";

/** z[i][j][f] = b[f] + sum over ky, kx, c of w[ky][kx][c][f] x[i s + ky - p][j s + kx - p][c]; nothing outside the image. */
function correlate(x: Real[][], w: Real[][][], b: Real | null, g: ConvGeometry): Real[][] {
  const z = image(w[0][0][0], g.outHeight, g.outWidth, g.filters);
  for (const [i, row] of z.entries()) {
    for (const [j, sum] of row.entries()) {
      for (let f = 0; f < g.filters; f++) sum[f] = b ? b[f] : 0;
      for (let ky = 0; ky < g.kernelHeight; ky++) {
        for (let kx = 0; kx < g.kernelWidth; kx++) {
          const pixel = x[i * g.strideHeight + ky - g.padTop]?.[j * g.strideWidth + kx - g.padLeft];
          if (pixel) addProduct(sum, pixel, w[ky][kx]);
        }
      }
    }
  }
  return z;
}

/** sum[j] += x[0] w[0][j], then x[1] w[1][j], and so on. */
function addProduct(sum: Real, x: Real, w: readonly Real[]): void {
  for (const [c, weights] of w.entries()) for (let j = 0; j < sum.length; j++) sum[j] += x[c] * weights[j];
}

/**
 * y = f(the largest z of each whole window of size x size), and its index there: the first on ties, NaN before any number.
 */
export function storePooled(
  z: readonly (readonly Real[])[],
  size: number,
  y: Real,
  argmax: Uint8Array | null,
  apply: (x: number) => number,
): void {
  const [height, width] = [Math.floor(z.length / size), Math.floor((z[0]?.length ?? 0) / size)];
  for (let pixel = 0, at = 0; pixel < height * width; pixel++) {
    const [top, left] = [Math.floor(pixel / width) * size, (pixel % width) * size];
    const first = z[top][left];
    for (let f = 0; f < first.length; f++, at++) {
      let [most, index] = [first[f], 0];
      for (let other = 1; other < size * size; other++) {
        const value = z[top + Math.floor(other / size)][left + (other % size)][f];
        if (value > most || Number.isNaN(value)) [most, index] = [value, other];
      }
      y[at] = apply(most);
      if (argmax) argmax[at] = index;
    }
  }
}

/** x [rows][height][width][channels], w [kernelHeight][kernelWidth][channels][filters] packed, y [rows][outHeight][outWidth][filters]. */
export const conv = {
  /** y = f(z), or of the largest z of each window of pool x pool, with its index in argmax. */
  conv: operation({
    signature: `x[] w* b*? y[] argmax[8]? ${sizes} activation() pool`,
    native: "conv/conv.h",
    cut: "rows",
    twin({ x, w, b, y, argmax, activation, pool, ...g }, { first, rows }) {
      const kernel = kernelOf(unpack(w, g.kernelHeight * g.kernelWidth * g.channels, g.filters), g);
      for (let r = first; r < first + rows; r++) {
        const z = correlate(imageOf(x.row(r), g.height, g.width, g.channels), kernel, b, g);
        storePooled(z, Math.max(pool, 1), y.row(r), argmax && argmax.row(r), activation.apply);
      }
    },
  }),

  /**
   * dx = (the sum over taps and filters of dy w) f', f' of the function that gave x, from its y. wt is the kernel turned by 180
   * degrees, [kernelHeight][kernelWidth][filters][channels] packed: its tap (ty, tx) is the tap (ky, kx) from the other end.
   */
  convInputGradient: operation({
    signature: `dy[] wt* dx[] y[]? ${sizes} activation()`,
    native: "conv/conv.h",
    cut: "rows",
    twin({ dy, wt, dx, y, activation, ...g }, { first, rows }) {
      const flipped = kernelOf(unpack(wt, g.kernelHeight * g.kernelWidth * g.filters, g.channels), g);
      for (let r = first; r < first + rows; r++) {
        const delta = imageOf(dy.row(r), g.outHeight, g.outWidth, g.filters);
        const out = imageOf(dx.row(r), g.height, g.width, g.channels);
        for (const [row, line] of out.entries()) {
          for (const [column, sum] of line.entries()) {
            sum.fill(0);
            for (let ty = 0; ty < g.kernelHeight; ty++) {
              for (let tx = 0; tx < g.kernelWidth; tx++) {
                const [ky, kx] = [g.kernelHeight - 1 - ty, g.kernelWidth - 1 - tx];
                // Of a fraction of a stride, or outside, there is none.
                const i = (row + g.padTop - ky) / g.strideHeight;
                const pixel = delta[i]?.[(column + g.padLeft - kx) / g.strideWidth];
                if (pixel) addProduct(sum, pixel, flipped[ty][tx]);
              }
            }
          }
        }
        if (y) deriveRow(dx.row(r), y.row(r), g.height * g.width * g.channels, activation.derive);
      }
    },
  }),
};

/** dx = dx f', f' from y. */
export function deriveRow(dx: Real, y: Real, n: number, derive: (y: number, dy: number) => number): void {
  for (let i = 0; i < n; i++) dx[i] = derive(y[i], dx[i]);
}
