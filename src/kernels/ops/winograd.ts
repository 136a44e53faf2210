import type { Range } from "../signature.js";
import { winogradPoints } from "../winograd.js";
import { deriveRow, storePooled } from "./conv.js";
import { sizes } from "./conv-geometry.js";
import { operation, type Real } from "./operation.js";
import { image, imageOf, unpack } from "./plain.js";
import { deltaTiles, inputMatrix, outputMatrix, sandwich, transformSquare, transposed } from "./winograd-transform.js";

/** [point][from][to] of transformed filters. */
function pointsOf(u: Real, from: number, to: number): Real[][] {
  const rows = unpack(u, winogradPoints * from, to);
  return Array.from({ length: winogradPoints }, (_, point) => rows.slice(point * from, (point + 1) * from));
}

/** The 3x3 convolution of an image, `top` rows and `left` columns of zeros before it, with transformed filters, begun at b. */
function convolve(x: Real[][], [top, left]: Range, u: Real[][], b: Real | null, z: Real[][]): void {
  const [columns, channels] = [u[0][0].length, u[0].length];
  for (let row = 0; row < z.length; row += 4) {
    for (let column = 0; column < z[0].length; column += 4) {
      const v = transformSquare(inputMatrix, x, channels, row - top, column - left);
      for (let f = 0; f < columns; f++) {
        const products = u.map((point, k) => point.reduce((sum, weights, c) => sum + v[c][k] * weights[f], 0));
        for (const [i, value] of sandwich(outputMatrix, products).entries()) {
          const pixel = z[row + (i >> 2)]?.[column + (i & 3)];
          if (pixel) pixel[f] = value + (b ? b[f] : 0);
        }
      }
    }
  }
}

/** As `conv`, of 3x3 kernels with stride 1 by F(4x4, 3x3). u [point][channels][filters], ut [point][filters][channels], packed. */
export const winograd = {
  /** y = f(z), or of the largest z of each whole 2x2 window, with its index in argmax. */
  winograd: operation({
    signature: `x[] u* b*? y[] argmax[8]? workspace* ${sizes} activation() pool`,
    native: "winograd/forward.h",
    cut: "rows",
    twin({ x, u, b, y, argmax, activation, pool, ...g }, { first, rows }) {
      const size = Math.max(pool, 1);
      const points = pointsOf(u, g.channels, g.filters);
      for (let r = first; r < first + rows; r++) {
        const [height, width] = [g.outHeight, g.outWidth].map((n) => Math.floor(n / size) * size);
        const z = image(y.row(r), height, width, g.filters);
        convolve(imageOf(x.row(r), g.height, g.width, g.channels), [g.padTop, g.padLeft], points, b, z);
        storePooled(z, size, y.row(r), argmax && argmax.row(r), activation.apply);
      }
    },
  }),

  /** dx = the sum over tiles of B (ut (A dy Aᵀ)) Bᵀ, where each came from, times f' of the function that gave x, from its y. */
  winogradInputGradient: operation({
    signature: `dy[] ut* dx[] y[]? workspace* ${sizes} pool activation()`,
    native: "winograd/input_gradient.h",
    cut: "rows",
    twin({ dy, ut, dx, y, activation, ...g }, { first, rows }) {
      const points = pointsOf(ut, g.filters, g.channels);
      const n = g.height * g.width * g.channels;
      for (let r = first; r < first + rows; r++) {
        const delta = imageOf(dy.row(r), g.outHeight, g.outWidth, g.filters);
        const out = imageOf(dx.row(r), g.height, g.width, g.channels);
        dx.row(r).fill(0, 0, n);
        for (const [top, left] of deltaTiles(g)) {
          const d = transformSquare(transposed(outputMatrix), delta, g.filters, top, left);
          for (let c = 0; c < g.channels; c++) {
            const products = points.map((point, k) => point.reduce((sum, weights, f) => sum + d[f][k] * weights[c], 0));
            for (const [i, value] of sandwich(transposed(inputMatrix), products).entries()) {
              const pixel = out[top - g.padTop + Math.floor(i / 6)]?.[left - g.padLeft + (i % 6)];
              if (pixel) pixel[c] += value;
            }
          }
        }
        if (y) deriveRow(dx.row(r), y.row(r), n, activation.derive);
      }
    },
  }),
};
