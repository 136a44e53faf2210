import { p, q, winogradPoints, transformFilters } from "../winograd.js";
import { applyDerivativeOf, applyOf } from "./activation.js";
import type { Panel, Real, Step, Twin } from "./contract.js";
import { arrayLike, lanesOf, padded, panelsOf } from "./contract.js";
import { updateOf } from "./optimizer.js";

/** Matrices of F(4x4, 3x3) at the points 0, p, -p, q, -q and infinity, as rows: Bᵀ, Aᵀ, G. */
const finite = [0, p, -p, q, -q];
/** Coefficients of the product of (x - r) over the roots r, from the constant on. */
const product = (roots: readonly number[]) =>
  roots.reduce((c, root) => [...c, 0].map((_, i) => (c[i - 1] ?? 0) - root * (c[i] ?? 0)), [1]);
const others = finite.map((point) => finite.filter((other) => other !== point));
const scale = finite.map((point, i) => others[i].reduce((all, other) => all * (point - other), 1));
const inputMatrix = [...others.map((roots) => [...product(roots), 0]), product(finite)];
const outputMatrix = [0, 1, 2, 3].map((power) => [...finite.map((point) => point ** power), power === 3 ? 1 : 0]);
const filterMatrix = [...finite.map((point, i) => [0, 1, 2].map((power) => point ** power / scale[i])), [0, 0, 1]];
const transposed = (matrix: readonly number[][]) => matrix[0].map((_, j) => matrix.map((row) => row[j]));

/** matrix · square · matrixᵀ, on flat squares. What a coefficient of 0 would take, even NaN, is not there. */
function sandwich(matrix: readonly number[][], square: ArrayLike<number>): Float64Array {
  const [rows, size] = [matrix.length, matrix[0].length];
  const half = new Float64Array(rows * size);
  const out = new Float64Array(rows * rows);
  for (const [i, coefficients] of matrix.entries()) {
    for (const [k, factor] of coefficients.entries())
      for (let j = 0; factor !== 0 && j < size; j++) half[i * size + j] += factor * square[k * size + j];
  }
  for (const [j, coefficients] of matrix.entries()) {
    for (const [k, factor] of coefficients.entries())
      for (let i = 0; factor !== 0 && i < rows; i++) out[i * rows + j] += half[i * size + k] * factor;
  }
  return out;
}

/** Rows of images [height][width][channels]. */
interface Images {
  readonly x: Real;
  readonly ld: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** The transform of the square of `size` pixels from (top, left) on, for each channel: [channel][point]. Zero outside. */
function transformSquare(
  matrix: readonly number[][],
  { x, ld, height, width, channels }: Images,
  image: number,
  top: number,
  left: number,
): Float64Array[] {
  const size = matrix[0].length;
  return Array.from({ length: channels }, (_, channel) => {
    const square = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const [y, column] = [top + i, left + j];
        const inside = y >= 0 && y < height && column >= 0 && column < width;
        if (inside) square[i * size + j] = x[image * ld + (y * width + column) * channels + channel];
      }
    }
    return sandwich(matrix, square);
  });
}

/** Calls f with the first output of each 4x4 tile. */
function forEachTile(height: number, width: number, f: (y: number, x: number) => void): void {
  for (let y = 0; y < height; y += 4) for (let x = 0; x < width; x += 4) f(y, x);
}

/** The convolution of an image with transformed filters u, for n columns: out [height][width][n], begun at b. */
function convolve(images: Images, image: number, top: number, left: number, u: Real, out: Real, shape: Output): void {
  const { height, width, n, b } = shape;
  const panels = panelsOf(winogradPoints * images.channels, n, lanesOf(u));
  forEachTile(height, width, (y, x) => {
    const v = transformSquare(inputMatrix, images, image, y - top, x - left);
    for (const { at, column, width: columns } of panels) {
      for (let j = 0; j < columns && column + j < n; j++) {
        const m = new Float64Array(winogradPoints);
        for (let k = 0; k < winogradPoints; k++)
          for (let c = 0; c < images.channels; c++) m[k] += v[c][k] * u[at + (k * images.channels + c) * columns + j];
        const z = sandwich(outputMatrix, m);
        for (let i = 0; i < 16; i++) {
          const [row, place] = [y + (i >> 2), x + (i & 3)];
          if (row < height && place < width)
            out[(row * width + place) * n + column + j] = z[i] + (b.length > 0 ? b[column + j] : 0);
        }
      }
    }
  });
}
interface Output {
  readonly height: number;
  readonly width: number;
  readonly n: number;
  readonly b: Real;
}

/** y = f(conv(x) + b), 3x3 and stride 1; with pool 2 of the maximum over whole 2x2 windows, the first or NaN winning. */
export const winograd: Twin<"winograd"> = (values) => {
  const { x, ldx, u, b, y, ldy, winners, ldw, pool, filters, function: f, slope } = values;
  const images = { x, ld: ldx, height: values.height, width: values.width, channels: values.channels };
  const size = pool > 0 ? pool : 1;
  const [down, across] = [Math.floor(values.outHeight / size), Math.floor(values.outWidth / size)];
  const shape = { height: down * size, width: across * size, n: filters, b };
  const z = arrayLike(y, shape.height * shape.width * filters);
  const apply = applyOf(f, slope, y);
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      convolve(images, r, values.padTop, values.padLeft, u, z, shape);
      for (let i = 0; i < down * across; i++) {
        const corner = (Math.floor(i / across) * shape.width + (i % across)) * size;
        for (let c = 0; c < filters; c++) {
          let [best, winner] = [z[corner * filters + c], 0];
          for (let k = 1; k < size * size; k++) {
            const value = z[(corner + Math.floor(k / size) * shape.width + (k % size)) * filters + c];
            if (value > best || Number.isNaN(value)) [best, winner] = [value, k];
          }
          y[r * ldy + i * filters + c] = best;
          if (winners.length > 0) winners[r * ldw + i * filters + c] = winner;
        }
      }
      apply(y, r * ldy, y, r * ldy, down * across * filters);
    }
  };
};

/** dx = the convolution of dy with the turned filters, times f' from the y that the function below gave. */
export const winogradBackward: Twin<"winogradBackward"> = (values) => {
  const { dy, lddy, ut, dx, lddx, y, ldy, height, width, channels, function: f, slope } = values;
  const images = { x: dy, ld: lddy, height: values.outHeight, width: values.outWidth, channels: values.filters };
  const shape = { height, width, n: channels, b: arrayLike(dx, 0) };
  const z = arrayLike(dx, height * width * channels);
  const applyDerivative = applyDerivativeOf(y.length > 0 ? f : 0, slope, dx);
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      convolve(images, r, 2 - values.padTop, 2 - values.padLeft, ut, z, shape);
      applyDerivative(y, r * ldy, z, 0, dx, r * lddx, z.length);
    }
  };
};

type GradientValues = Omit<
  Parameters<Twin<"winogradGradient">>[0],
  "g" | "stride" | "accumulator" | "accumulatorStride"
>;

/** A unit of the sum: as many channels as a vector has lanes, in one panel of filters; [point][lane][width] from `sumAt` on. */
interface Unit extends Panel {
  readonly row: number;
  readonly rows: number;
  readonly sumAt: number;
}

function unitsOf(channels: number, filters: number, lanes: number): Unit[] {
  const units: Unit[] = [];
  for (const panel of panelsOf(9 * channels, filters, lanes)) {
    for (let row = 0; row < channels; row += lanes) {
      const sumAt = winogradPoints * (panel.column * padded(channels, lanes) + row * panel.width);
      units.push({ ...panel, row, rows: Math.min(lanes, channels - row), sumAt });
    }
  }
  return units;
}

/** Adds the samples [first, first + rows) to the units' sums in `sum`. */
function addSamples(values: GradientValues, units: readonly Unit[], sum: Real, first: number, rows: number): void {
  const { height, width, channels, outHeight, outWidth, filters } = values;
  const lanes = lanesOf(sum);
  const x = { x: values.x, ld: values.ldx, height, width, channels };
  const dy = { x: values.dy, ld: values.lddy, height: outHeight, width: outWidth, channels: filters };
  for (let r = first; r < first + rows; r++) {
    forEachTile(outHeight, outWidth, (top, left) => {
      const v = transformSquare(inputMatrix, x, r, top - values.padTop, left - values.padLeft);
      const d = transformSquare(transposed(outputMatrix), dy, r, top, left);
      for (const { sumAt, row, rows: channelsHere, column, width: columns } of units)
        for (let i = 0; i < channelsHere; i++)
          for (let j = 0; j < columns && column + j < filters; j++)
            for (let k = 0; k < winogradPoints; k++)
              sum[sumAt + (k * lanes + i) * columns + j] += v[row + i][k] * d[column + j][k];
    });
  }
}

/** Writes a unit's gradient, from its sum, to where `out` has the weights' layout. */
function finishUnit({ at, row, rows, width, sumAt }: Unit, channels: number, sum: Real, out: Real): void {
  const lanes = lanesOf(sum);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      const points = Array.from({ length: winogradPoints }, (_, k) => sum[sumAt + (k * lanes + i) * width + j]);
      const taps = sandwich(transposed(filterMatrix), points);
      for (let tap = 0; tap < 9; tap++) out[at + (tap * channels + row + i) * width + j] = taps[tap];
    }
  }
}

/** Zeroes the sums where the gradient starts here. */
function begin({ start }: Step, units: readonly Unit[], sum: Real): void {
  if (!start) return;
  for (const { sumAt, width } of units) sum.fill(0, sumAt, sumAt + winogradPoints * lanesOf(sum) * width);
}

/** Adds a block of samples to its group's sum; the group's last block writes its gradient. */
export const winogradGradient: Twin<"winogradGradient"> = (values) => {
  const { g, stride, accumulator, accumulatorStride, channels, filters } = values;
  const units = unitsOf(channels, filters, lanesOf(g));
  return (step) => {
    const sum = accumulator.subarray(step.group * accumulatorStride);
    begin(step, units, sum);
    addSamples(values, units, sum, step.first, step.rows);
    if (!step.last) return;
    const out = g.subarray(step.group * stride);
    for (const unit of units) finishUnit(unit, channels, sum, out);
  };
};

/** The gradient of this rank's units over all rows of the chunk, the update of w, and its transformed copies. */
export const winogradUpdate: Twin<"winogradUpdate"> = (values) => {
  const { w, u, ut, s, t, g, channels, filters, firstUnit, lastUnit, optimizer } = values;
  const lanes = lanesOf(w);
  const units = unitsOf(channels, filters, lanes).slice(firstUnit, lastUnit);
  const update = updateOf(optimizer);
  const sum = g.length > 0 ? g : arrayLike(w, winogradPoints * padded(channels, lanes) * padded(filters, lanes));
  const gradient = arrayLike(w, w.length);
  return (step) => {
    begin(step, units, sum);
    addSamples(values, units, sum, 0, step.chunk);
    if (!step.finish) return;
    for (const unit of units) {
      finishUnit(unit, channels, sum, gradient);
      for (let tap = 0; tap < 9; tap++) {
        const from = unit.at + (tap * channels + unit.row) * unit.width;
        const part = (view: Real) => view.subarray(from, from + unit.rows * unit.width);
        update(part(w), part(gradient), part(s), part(t), step.hyper);
      }
      transformFilters(w, channels, filters, lanes, u, ut, unit);
    }
  };
};

/** Both transformed copies of all filters. */
export const winogradFilters: Twin<"winogradFilters"> =
  ({ w, u, ut, channels, filters }) =>
  () => {
    // Columns of padding are zero.
    u.fill(0);
    ut.fill(0);
    transformFilters(w, channels, filters, lanesOf(w), u, ut);
  };
