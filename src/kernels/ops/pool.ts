import { operation } from "./operation.js";
import { image, imageOf } from "./plain.js";

/** Windows over an image: padding right and below follows from the size of the output. */
const windows =
  "height width channels windowHeight windowWidth strideHeight strideWidth padTop padLeft outHeight outWidth";

interface Windows {
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Calls body for each pixel of an image in each window: windows row by row, then the pixels of each. `index` counts these. */
function eachPixel<A>(
  pixels: readonly (readonly A[])[],
  g: Windows,
  body: (pixel: A, row: number, column: number, index: number) => void,
): void {
  for (let row = 0; row < g.outHeight; row++) {
    for (let column = 0; column < g.outWidth; column++) {
      for (let index = 0; index < g.windowHeight * g.windowWidth; index++) {
        const y = row * g.strideHeight - g.padTop + Math.floor(index / g.windowWidth);
        const x = column * g.strideWidth - g.padLeft + (index % g.windowWidth);
        const pixel = pixels[y]?.[x];
        if (pixel !== undefined) body(pixel, row, column, index);
      }
    }
  }
}

/** x [rows][height][width][channels], y and argmax [rows][outHeight][outWidth][channels]. */
export const pool = {
  /** y = the largest number of each window, argmax its index there: the first on ties, NaN before any number. */
  maxPool: operation({
    signature: `x[] y[] argmax[8]? ${windows}`,
    native: "pool/pool.h",
    cut: "rows",
    twin({ x, y, argmax, height, width, channels, ...g }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const output = imageOf(y.row(r), g.outHeight, g.outWidth, channels);
        const indices = argmax && imageOf(argmax.row(r), g.outHeight, g.outWidth, channels);
        const seen = new Set<(typeof output)[number][number]>();
        eachPixel(imageOf(x.row(r), height, width, channels), g, (pixel, row, column, index) => {
          const most = output[row][column];
          for (let c = 0; c < channels; c++) {
            if (seen.has(most) && !(pixel[c] > most[c]) && !Number.isNaN(pixel[c])) continue;
            most[c] = pixel[c];
            if (indices) indices[row][column][c] = index;
          }
          seen.add(most);
        });
      }
    },
  }),

  /** dx = dy where a pixel was the largest of its window, added up over the windows in order. */
  maxPoolBackward: operation({
    signature: `dy[] argmax[8] dx[] ${windows}`,
    native: "pool/pool.h",
    cut: "rows",
    twin({ dy, argmax, dx, height, width, channels, ...g }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const delta = imageOf(dy.row(r), g.outHeight, g.outWidth, channels);
        const indices = imageOf(argmax.row(r), g.outHeight, g.outWidth, channels);
        dx.row(r).fill(0, 0, height * width * channels);
        eachPixel(imageOf(dx.row(r), height, width, channels), g, (pixel, row, column, index) => {
          for (let c = 0; c < channels; c++) if (indices[row][column][c] === index) pixel[c] += delta[row][column][c];
        });
      }
    },
  }),

  /** y = the mean of each window. */
  averagePool: operation({
    signature: `x[] y[] ${windows}`,
    native: "pool/pool.h",
    cut: "rows",
    twin({ x, y, height, width, channels, ...g }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const output = imageOf(y.row(r), g.outHeight, g.outWidth, channels);
        const sums = image(y.row(r), g.outHeight, g.outWidth, channels);
        eachPixel(imageOf(x.row(r), height, width, channels), g, (pixel, row, column) => {
          for (let c = 0; c < channels; c++) sums[row][column][c] += pixel[c];
        });
        for (const [row, line] of sums.entries()) {
          for (const [column, sum] of line.entries()) {
            output[row][column].set(sum.map((value) => value / (g.windowHeight * g.windowWidth)));
          }
        }
      }
    },
  }),

  /** dx = dy / size of the window, added up over the windows in order. */
  averagePoolBackward: operation({
    signature: `dy[] dx[] ${windows}`,
    native: "pool/pool.h",
    cut: "rows",
    twin({ dy, dx, height, width, channels, ...g }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const shares = dy.row(r).map((value) => value / (g.windowHeight * g.windowWidth));
        const delta = imageOf(shares, g.outHeight, g.outWidth, channels);
        dx.row(r).fill(0, 0, height * width * channels);
        eachPixel(imageOf(dx.row(r), height, width, channels), g, (pixel, row, column) => {
          for (let c = 0; c < channels; c++) pixel[c] += delta[row][column][c];
        });
      }
    },
  }),
};
