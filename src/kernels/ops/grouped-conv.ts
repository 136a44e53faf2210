/**
 * Convolution in groups of channels: filter f sees the channels of its group alone, `channels / pieces` from f's group on. The
 * kernel is packed as [kernelHeight · kernelWidth · channels / pieces][filters]. With as many pieces as channels and
 * filters it is depthwise.
 */
import { padded, panelsOf } from "../panels.js";
import { deriveRow } from "./conv.js";
import { type ConvGeometry, sizes } from "./conv-geometry.js";
import { operation, type Real } from "./operation.js";
import { imageOf, lanesOf, matrix, ownUnits, pack, unpack } from "./plain.js";

interface Grouped extends ConvGeometry {
  readonly pieces: number;
}

/** Calls f for each output pixel and tap that meets the image: places of dy and x, number of the tap. */
function forEachTap(g: Grouped, f: (out: number, source: number, tap: number) => void): void {
  for (let i = 0; i < g.outHeight; i++) {
    for (let j = 0; j < g.outWidth; j++) {
      for (let ky = 0; ky < g.kernelHeight; ky++) {
        for (let kx = 0; kx < g.kernelWidth; kx++) {
          const [y, x] = [i * g.strideHeight + ky - g.padTop, j * g.strideWidth + kx - g.padLeft];
          if (y < 0 || y >= g.height || x < 0 || x >= g.width) continue;
          f(i * g.outWidth + j, y * g.width + x, ky * g.kernelWidth + kx);
        }
      }
    }
  }
}

/** The first channel that a filter sees. */
const firstOf = ({ channels, filters, pieces }: Grouped, f: number): number =>
  Math.floor(f / (filters / pieces)) * (channels / pieces);

const pixelsOf = (row: Real, pixels: number, channels: number): Real[] => imageOf(row, 1, pixels, channels)[0];

export const groupedConv = {
  /** y = f(b + the sum over taps and the group's channels of w x). */
  groupedConv: operation({
    signature: `x[] w* b*? y[] ${sizes} pieces activation()`,
    native: "conv/grouped.h",
    cut: "rows",
    twin({ x, w, b, y, activation, ...g }, { first, rows }) {
      const each = g.channels / g.pieces;
      const kernel = unpack(w, g.kernelHeight * g.kernelWidth * each, g.filters);
      for (let r = first; r < first + rows; r++) {
        const input = pixelsOf(x.row(r), g.height * g.width, g.channels);
        const output = pixelsOf(y.row(r), g.outHeight * g.outWidth, g.filters);
        for (const pixel of output) for (let f = 0; f < g.filters; f++) pixel[f] = b ? b[f] : 0;
        forEachTap(g, (out, source, tap) => {
          for (let c = 0; c < each; c++) {
            for (let f = 0; f < g.filters; f++) {
              output[out][f] += input[source][firstOf(g, f) + c] * kernel[tap * each + c][f];
            }
          }
        });
        for (const pixel of output) for (let f = 0; f < g.filters; f++) pixel[f] = activation.apply(pixel[f]);
      }
    },
  }),

  /** dx = (the sum over taps and the group's filters of w dy) f', f' of the function that gave x, from its y. */
  groupedInputGradient: operation({
    signature: `dy[] w* dx[] y[]? ${sizes} pieces activation()`,
    native: "conv/grouped.h",
    cut: "rows",
    twin({ dy, w, dx, y, activation, ...g }, { first, rows }) {
      const each = g.channels / g.pieces;
      const kernel = unpack(w, g.kernelHeight * g.kernelWidth * each, g.filters);
      for (let r = first; r < first + rows; r++) {
        const delta = pixelsOf(dy.row(r), g.outHeight * g.outWidth, g.filters);
        dx.row(r).fill(0, 0, g.height * g.width * g.channels);
        const out = pixelsOf(dx.row(r), g.height * g.width, g.channels);
        forEachTap(g, (from, source, tap) => {
          for (let c = 0; c < each; c++) {
            for (let f = 0; f < g.filters; f++) {
              out[source][firstOf(g, f) + c] += delta[from][f] * kernel[tap * each + c][f];
            }
          }
        });
        if (y) deriveRow(dx.row(r), y.row(r), g.height * g.width * g.channels, activation.derive);
      }
    },
  }),

  /** dw of the group of samples += this block's sum over pixels of dy x; from zero where the group starts. Slices are panels. */
  groupedWeightGradient: operation({
    signature: `x[] dy[] g[] ${sizes} pieces slices..`,
    native: "conv/grouped.h",
    cut: "groups",
    twin({ x, dy, g: partials, slices, ...g }, { first, rows, group, start }) {
      const each = g.channels / g.pieces;
      const packed = partials.row(group);
      const [depth, columns] = [g.kernelHeight * g.kernelWidth * each, padded(g.filters, lanesOf(packed))];
      const panels = panelsOf(depth, g.filters, lanesOf(packed));
      const own = panels.slice(...ownUnits(slices, group, panels.length));
      if (own.length === 0) return;
      const [left, end] = [own[0].column, own[own.length - 1].column + own[own.length - 1].width];
      const part = { rows: [0, depth], columns: [left, end] } as const;
      const dw = start ? matrix(packed, depth, end - left) : unpack(packed, depth, columns, part);
      for (let r = first; r < first + rows; r++) {
        const input = pixelsOf(x.row(r), g.height * g.width, g.channels);
        const delta = pixelsOf(dy.row(r), g.outHeight * g.outWidth, g.filters);
        forEachTap(g, (out, source, tap) => {
          for (let c = 0; c < each; c++) {
            for (let f = left; f < Math.min(end, g.filters); f++) {
              dw[tap * each + c][f - left] += input[source][firstOf(g, f) + c] * delta[out][f];
            }
          }
        });
      }
      pack(dw, packed, depth, columns, 0, left);
    },
  }),
};
