import type { ConvGeometry } from "../operations.js";
import { applyDerivativeOf, applyOf } from "./activation.js";
import type { Panel, Real, Twin } from "./contract.js";
import { arrayLike, lanesOf, panelsOf, padded } from "./contract.js";

/** Calls `visit` for each tap of output (row, column) that falls inside the image: where in the image, which tap. */
export function eachTap(
  g: ConvGeometry,
  row: number,
  column: number,
  visit: (pixel: number, tap: number) => void,
): void {
  for (let ky = 0; ky < g.kernelHeight; ky++) {
    const y = row * g.strideHeight + ky - g.padTop;
    if (y < 0 || y >= g.height) continue;
    for (let kx = 0; kx < g.kernelWidth; kx++) {
      const x = column * g.strideWidth + kx - g.padLeft;
      if (x >= 0 && x < g.width) visit(y * g.width + x, ky * g.kernelWidth + kx);
    }
  }
}

/** out[column …] += the numbers of x from `from` on times as many rows of the packed matrix, from row `first` on. */
function multiplyAdd(x: Real, from: number, count: number, w: Real, panels: Panel[], first: number, out: Real): void {
  for (const { at, column, width } of panels) {
    for (let k = 0; k < count; k++) {
      const factor = x[from + k];
      const row = at + (first + k) * width;
      for (let j = 0; j < width; j++) out[column + j] += factor * w[row + j];
    }
  }
}

/** y = f(max over each window of pool x pool of (b + sum over taps of x w)); a NaN is larger than all numbers. */
export const conv: Twin<"conv"> = (values) => {
  const { x, ldx, w, b, y, ldy, winners, ldw, channels, filters, function: f, slope, pool } = values;
  const lanes = lanesOf(w);
  const panels = panelsOf(values.kernelHeight * values.kernelWidth * channels, filters, lanes);
  const sum = arrayLike(w, padded(filters, lanes));
  const best = arrayLike(w, sum.length);
  const number = new Uint8Array(sum.length);
  const window = Math.max(pool, 1);
  const [height, width] = [Math.floor(values.outHeight / window), Math.floor(values.outWidth / window)];
  const apply = applyOf(f, slope, y);

  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let pixel = 0; pixel < height * width; pixel++) {
        const [row, column] = [Math.floor(pixel / width) * window, (pixel % width) * window];
        for (let part = 0; part < window * window; part++) {
          for (let j = 0; j < sum.length; j++) sum[j] = b.length > 0 ? b[j] : 0;
          eachTap(values, row + Math.floor(part / window), column + (part % window), (at, tap) => {
            multiplyAdd(x, r * ldx + at * channels, channels, w, panels, tap * channels, sum);
          });
          for (let j = 0; j < filters; j++) {
            if (part > 0 && !(sum[j] > best[j] || Number.isNaN(sum[j]))) continue;
            best[j] = sum[j];
            number[j] = part;
          }
        }
        apply(best, 0, y, r * ldy + pixel * filters, filters);
        if (window > 1 && winners.length > 0) winners.set(number.subarray(0, filters), r * ldw + pixel * filters);
      }
    }
  };
};

/** dx = (sum over the taps that the pixel was in of dy wᵀ) f'(below), f' from the y that the function below gave. */
export const convBackward: Twin<"convBackward"> = (values) => {
  const { dy, lddy, wt, dx, lddx, y, ldy, channels, filters, function: f, slope } = values;
  const { height, width, kernelHeight, kernelWidth, strideHeight, strideWidth, outHeight, outWidth } = values;
  const lanes = lanesOf(wt);
  const panels = panelsOf(kernelHeight * kernelWidth * filters, channels, lanes);
  const sum = arrayLike(wt, padded(channels, lanes));
  const applyDerivative = applyDerivativeOf(f, slope, dx);

  /** The output whose tap `tap` falls on `place`; -1 where there is none. */
  const outputAt = (place: number, tap: number, stride: number, outputs: number) => {
    const output = (place - tap) / stride;
    return Number.isInteger(output) && output >= 0 && output < outputs ? output : -1;
  };

  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      for (let pixel = 0; pixel < height * width; pixel++) {
        const [placeY, placeX] = [Math.floor(pixel / width) + values.padTop, (pixel % width) + values.padLeft];
        sum.fill(0);
        // The kernel turned by 180 degrees: from its last tap to its first.
        for (let turned = 0; turned < kernelHeight * kernelWidth; turned++) {
          const ky = kernelHeight - 1 - Math.floor(turned / kernelWidth);
          const row = outputAt(placeY, ky, strideHeight, outHeight);
          const column = outputAt(placeX, kernelWidth - 1 - (turned % kernelWidth), strideWidth, outWidth);
          if (row < 0 || column < 0) continue;
          const at = r * lddy + (row * outWidth + column) * filters;
          multiplyAdd(dy, at, filters, wt, panels, turned * filters, sum);
        }
        const to = pixel * channels;
        if (y.length > 0) applyDerivative(y, r * ldy + to, sum, 0, dx, r * lddx + to, channels);
        else dx.set(sum.subarray(0, channels), r * lddx + to);
      }
    }
  };
};
