import { transformFilters } from "../winograd.js";
import type { ConvGeometry } from "../operations.js";
import { eachTap } from "./conv.js";
import type { Panel, Real, Twin } from "./contract.js";
import { arrayLike, lanesOf, panelsOf, padded } from "./contract.js";
import { updateOf } from "./optimizer.js";

interface Operands {
  readonly x: Real;
  readonly ldx: number;
  readonly dy: Real;
  readonly lddy: number;
}

/** The rows (tap, channel) of one panel of dw, stored from `at` on in g: `tapRows` rows from tap to tap. */
interface Part {
  readonly g: Real;
  readonly at: number;
  readonly tapRows: number;
  readonly firstChannel: number;
  readonly lastChannel: number;
  readonly panel: Panel;
}

/** Adds a sample's x dyᵀ to the part, pixel by pixel. */
function accumulate({ x, ldx, dy, lddy }: Operands, geometry: ConvGeometry, sample: number, part: Part): void {
  const { g, at, tapRows, firstChannel, lastChannel, panel } = part;
  const { outHeight, outWidth, filters, channels } = geometry;
  const width = Math.min(panel.width, filters - panel.column);
  for (let pixel = 0; pixel < outHeight * outWidth; pixel++) {
    const delta = sample * lddy + pixel * filters + panel.column;
    eachTap(geometry, Math.floor(pixel / outWidth), pixel % outWidth, (place, tap) => {
      for (let c = firstChannel; c < lastChannel; c++) {
        const factor = x[sample * ldx + place * channels + c];
        const out = at + (tap * tapRows + c - firstChannel) * panel.width;
        for (let j = 0; j < width; j++) g[out + j] += factor * dy[delta + j];
      }
    });
  }
}

/** dw of the group += this block's x dyᵀ; it starts from zero where the group does. */
export const convGradient: Twin<"convGradient"> = (values) => {
  const { g, stride, channels, filters, kernelHeight, kernelWidth } = values;
  const lanes = lanesOf(g);
  const depth = kernelHeight * kernelWidth * channels;
  const panels = panelsOf(depth, filters, lanes);
  return ({ first, rows, group, start }) => {
    const base = group * stride;
    if (start) g.fill(0, base, base + depth * padded(filters, lanes));
    for (const panel of panels) {
      const part = { g, at: base + panel.at, tapRows: channels, firstChannel: 0, lastChannel: channels, panel };
      for (let r = first; r < first + rows; r++) accumulate(values, values, r, part);
    }
  };
};

/** db of the group += the sum of dy over this block's pixels: of each sample in four sums in turn, then folded. */
export const biasGradient: Twin<"biasGradient"> = ({ dy, lddy, g, stride, pixels, channels }) => {
  const sums = [0, 1, 2, 3].map(() => arrayLike(g, channels));
  return ({ first, rows, group, start }) => {
    const base = group * stride;
    if (start) g.fill(0, base, base + padded(channels, lanesOf(g)));
    for (let r = first; r < first + rows; r++) {
      for (const sum of sums) sum.fill(0);
      for (let pixel = 0; pixel < pixels; pixel++) {
        const from = r * lddy + pixel * channels;
        for (let c = 0; c < channels; c++) sums[pixel % 4][c] += dy[from + c];
      }
      for (let c = 0; c < channels; c++) g[base + c] += sums[0][c] + sums[1][c] + (sums[2][c] + sums[3][c]);
    }
  };
};

/** sum = ((g₀ + g₁) + (g₂ + g₃)) + … of the groups' numbers from `at` on. */
function addGroups(g: Real, at: number, stride: number, groups: number, sum: Real): void {
  const parts = arrayLike(g, groups);
  for (let i = 0; i < sum.length; i++) {
    for (let k = 0; k < groups; k++) parts[k] = g[at + k * stride + i];
    for (let left = groups / 2; left >= 1; left /= 2) {
      for (let k = 0; k < left; k++) parts[k] = parts[2 * k] + parts[2 * k + 1];
    }
    sum[i] = parts[0];
  }
}

/**
 * dw from the groups' partial gradients, or over all samples of the chunk where there are none, and the update of w, for
 * the units of this rank: as many channels as a vector has lanes, with all their taps, in one panel.
 */
export const convUpdate: Twin<"convUpdate"> = (values) => {
  const { g, stride, groups, w, wt, u, ut, s, t, channels, filters, kernelHeight, kernelWidth, optimizer } = values;
  const lanes = lanesOf(w);
  const taps = kernelHeight * kernelWidth;
  const update = updateOf(optimizer);
  const transposed = panelsOf(taps * filters, channels, lanes);
  const units = panelsOf(taps * channels, filters, lanes)
    .flatMap((panel) =>
      Array.from({ length: Math.ceil(channels / lanes) }, (_, i) => ({
        panel,
        firstChannel: i * lanes,
        lastChannel: Math.min((i + 1) * lanes, channels),
      })),
    )
    .slice(values.firstUnit, values.lastUnit);

  /** Copies new weights of one tap, [channel][width], into the panels of the turned kernel. */
  const turn = (weights: Real, tap: number, { column, width }: Panel, firstChannel: number) => {
    const out = transposed[Math.floor(firstChannel / transposed[0].width)];
    for (let j = 0; j < width && column + j < filters; j++) {
      const row = out.at + ((taps - 1 - tap) * filters + column + j) * out.width + firstChannel - out.column;
      for (let c = 0; c * width < weights.length; c++) wt[row + c] = weights[c * width + j];
    }
  };

  return ({ chunk, start, finish, hyper }) => {
    for (const unit of units) {
      const { panel, firstChannel, lastChannel } = unit;
      const rows = lastChannel - firstChannel;
      const at = panel.at + firstChannel * panel.width;
      const own = groups === 0 && g.length === 0;
      const gradient = own ? arrayLike(w, taps * rows * panel.width) : g;
      const [gradientAt, tapRows] = own ? [0, rows] : [at, channels];
      const length = rows * panel.width;
      if (groups === 0) {
        for (let tap = 0; start && tap < taps; tap++) {
          const from = gradientAt + tap * tapRows * panel.width;
          gradient.fill(0, from, from + length);
        }
        for (let r = 0; r < chunk; r++)
          accumulate(values, values, r, { ...unit, g: gradient, at: gradientAt, tapRows });
      }
      for (let tap = 0; finish && tap < taps; tap++) {
        const from = at + tap * channels * panel.width;
        const part = (view: Real) => view.subarray(from, from + length);
        const gradientFrom = gradientAt + tap * tapRows * panel.width;
        let sum = gradient.subarray(gradientFrom, gradientFrom + length);
        if (groups > 0) {
          sum = arrayLike(w, length);
          addGroups(g, gradientFrom, stride, groups, sum);
        }
        update(part(w), sum, part(s), part(t), hyper);
        if (wt.length > 0) turn(part(w), tap, panel, firstChannel);
      }
      if (finish && u.length + ut.length > 0)
        transformFilters(w, channels, filters, lanes, u, ut, { ...panel, row: firstChannel, rows });
    }
  };
};

/** The sum of the groups' partial gradients and the update of b, for the vectors of this rank. */
export const vectorUpdate: Twin<"vectorUpdate"> = (values) => {
  const { g, stride, groups, b, s, t, optimizer } = values;
  const [from, to] = [values.firstVector * lanesOf(b), values.lastVector * lanesOf(b)];
  const update = updateOf(optimizer);
  const part = (view: Real) => view.subarray(from, to);
  const sum = arrayLike(b, to - from);
  return ({ finish, hyper }) => {
    if (!finish) return;
    addGroups(g, from, stride, groups, sum);
    update(part(b), sum, part(s), part(t), hyper);
  };
};
