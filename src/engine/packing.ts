/**
 * Between the two ways a parameter lies in memory: PyTorch's layout in files, and what kernels read.
 *
 * `panels`: W [n out][k in] becomes panels of 3 vectors of output columns, the last one narrower, each [k][columns]; the
 * padding of the last vector is zero and stays zero. Input features are C,H,W in the file and H,W,C in memory. The copy
 * for dL/dx is the same of W^T; of a convolution, the kernel turned by 180 degrees with filters as its input features.
 */

import type { FloatArray } from "../base/numbers.js";
import type { ImageShape } from "../base/shape.js";
import { padded, panelIndex } from "../kernels/panels.js";
import type { Packing } from "../nn/spec.js";

/** Numbers that a packed parameter takes. */
export function packedLength(packing: Packing, lanes: number): number {
  return packing.kind === "panels" ? packing.k * padded(packing.n, lanes) : padded(packing.n, lanes);
}

/** Numbers that the copy for dL/dx takes; 0 where there is none. */
export function copyLength(packing: Packing, lanes: number): number {
  if (packing.kind !== "panels" || packing.copy === "none") return 0;
  const { rows, columns } = copyShape(packing);
  return rows * padded(columns, lanes);
}

function copyShape({ copy, k, n, image }: Packing & { kind: "panels" }): { rows: number; columns: number } {
  const taps = image.height * image.width;
  return copy === "transposed" ? { rows: n, columns: k } : { rows: taps * n, columns: k / taps };
}

/** For each kernel feature (channels last), its number in the file (channels first). */
function fileFeatures(count: number, { channels }: ImageShape): Uint32Array {
  const pixels = count / channels;
  return Uint32Array.from(
    { length: count },
    (_, feature) => (feature % channels) * pixels + Math.floor(feature / channels),
  );
}

const vectorFeatures = ({ n, image }: Packing & { kind: "vector" }): Uint32Array =>
  fileFeatures(n, image ?? { height: 1, width: 1, channels: n });

/** Writes the numbers into the columns of a [rows][columns] matrix in panels. */
function fillPanels(
  panels: FloatArray,
  { rows, columns }: { rows: number; columns: number },
  lanes: number,
  value: (row: number, column: number) => number,
): void {
  for (let column = 0; column < columns; column++) {
    const start = panelIndex(0, column, rows, columns, lanes);
    const stride = rows > 1 ? panelIndex(1, column, rows, columns, lanes) - start : 0;
    for (let row = 0; row < rows; row++) panels[start + row * stride] = value(row, column);
  }
}

/** Writes a tensor of a file into the arena, and its copy for dL/dx where there is one. */
export function pack(
  packing: Packing,
  lanes: number,
  tensor: FloatArray,
  packed: FloatArray,
  copy: FloatArray | null,
): void {
  if (packing.kind === "vector") {
    for (const [feature, inFile] of vectorFeatures(packing).entries()) packed[feature] = tensor[inFile];
    return;
  }
  const { k, n, image } = packing;
  const features = fileFeatures(k, image);
  fillPanels(packed, { rows: k, columns: n }, lanes, (row, column) => tensor[column * k + features[row]]);
  if (!copy) return;
  const shape = copyShape(packing);
  if (packing.copy === "transposed") {
    fillPanels(copy, shape, lanes, (row, column) => tensor[row * k + features[column]]);
    return;
  }
  const taps = image.height * image.width;
  fillPanels(copy, shape, lanes, (row, channel) => {
    const tap = taps - 1 - Math.floor(row / n);
    return tensor[(row % n) * k + channel * taps + tap];
  });
}

/** Reads a tensor as a file has it out of the arena. */
export function unpack(packing: Packing, lanes: number, packed: FloatArray, tensor: FloatArray): void {
  if (packing.kind === "vector") {
    for (const [feature, inFile] of vectorFeatures(packing).entries()) tensor[inFile] = packed[feature];
    return;
  }
  const { k, n, image } = packing;
  const features = fileFeatures(k, image);
  for (let column = 0; column < n; column++) {
    const start = panelIndex(0, column, k, n, lanes);
    const stride = k > 1 ? panelIndex(1, column, k, n, lanes) - start : 0;
    for (let row = 0; row < k; row++) tensor[column * k + features[row]] = packed[start + row * stride];
  }
}
