/**
 * Between the two ways a parameter lies in memory: PyTorch's layout in files, and what kernels read.
 *
 * `panels`: W [n out][k in] becomes panels of 3 vectors of output columns, the last one narrower, each [k][columns]; the
 * padding of the last vector is zero and stays zero. The transposed copy is the same of W^T. Input features are C,H,W in
 * the file and H,W,C in memory.
 */
import { panelVectors, vectorBytes } from "../kernels/backend.js";
import type { Packing } from "../nn/spec.js";
import { type Dtype, elementBytes, type FloatArray } from "./arena.js";

export const lanesOf = (dtype: Dtype): number => vectorBytes / elementBytes(dtype);
export const padded = (n: number, lanes: number): number => Math.ceil(n / lanes) * lanes;

/** Numbers that a packed parameter takes. */
export function packedLength(packing: Packing, lanes: number): number {
  return packing.kind === "panels" ? packing.k * padded(packing.n, lanes) : padded(packing.n, lanes);
}

/** Numbers that the transposed copy takes; 0 where there is none. */
export function transposedLength(packing: Packing, lanes: number): number {
  return packing.kind === "panels" ? packing.n * padded(packing.k, lanes) : 0;
}

/** Place of (row, column) of a [rows][columns] matrix in panels. */
export function panelIndex(row: number, column: number, rows: number, columns: number, lanes: number): number {
  const panel = panelVectors * lanes;
  const first = column - (column % panel);
  const width = Math.min(panel, padded(columns, lanes) - first);
  return first * rows + row * width + (column - first);
}

/** For each kernel feature (channels last), its number in the file (channels first). */
function fileFeatures({ k, image }: Packing & { kind: "panels" }): Uint32Array {
  const { channels } = image;
  const pixels = k / channels;
  return Uint32Array.from(
    { length: k },
    (_, feature) => (feature % channels) * pixels + Math.floor(feature / channels),
  );
}

/** Writes a tensor of a file into the arena, and its transposed copy where there is one. */
export function pack(
  packing: Packing,
  lanes: number,
  tensor: FloatArray,
  packed: FloatArray,
  transposed: FloatArray | null,
): void {
  if (packing.kind === "vector") {
    packed.set(tensor);
    return;
  }
  const { k, n } = packing;
  const features = fileFeatures(packing);
  for (let column = 0; column < n; column++) {
    const start = panelIndex(0, column, k, n, lanes);
    const stride = k > 1 ? panelIndex(1, column, k, n, lanes) - start : 0;
    for (let row = 0; row < k; row++) packed[start + row * stride] = tensor[column * k + features[row]];
  }
  if (!transposed) return;
  for (let row = 0; row < k; row++) {
    const start = panelIndex(0, row, n, k, lanes);
    const stride = n > 1 ? panelIndex(1, row, n, k, lanes) - start : 0;
    for (let column = 0; column < n; column++) transposed[start + column * stride] = tensor[column * k + features[row]];
  }
}

/** Reads a tensor as a file has it out of the arena. */
export function unpack(packing: Packing, lanes: number, packed: FloatArray, tensor: FloatArray): void {
  if (packing.kind === "vector") {
    tensor.set(packed.subarray(0, packing.n));
    return;
  }
  const { k, n } = packing;
  const features = fileFeatures(packing);
  for (let column = 0; column < n; column++) {
    const start = panelIndex(0, column, k, n, lanes);
    const stride = k > 1 ? panelIndex(1, column, k, n, lanes) - start : 0;
    for (let row = 0; row < k; row++) tensor[column * k + features[row]] = packed[start + row * stride];
  }
}
