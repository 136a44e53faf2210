/** The phases of Muon's step. */
import { orthogonalShape, productBytes } from "../../../src/kernels/orthogonal.js";
import { blankRows, rows as data, mapRows, pack, random } from "../data.js";
import { call, type Format, type Matrix, type Real, wholeStep } from "../lab.js";
import type { Case, Cases } from "./case.js";

/** Tall and wide, around the edges of vectors and panels. */
const matrixShapes = [
  [1, 1],
  [3, 50],
  [49, 9],
  [37, 37],
  [27, 64],
] as const;

/** The phases of Muon's step on matrices of ordinary numbers, and on zeros, which move nothing. */
const phase =
  (
    operation: PhaseName,
    values: (of: PhaseOf) => object,
    output: string | readonly string[],
    tolerance: number,
  ): Cases =>
  (format) =>
    matrixShapes.flatMap(([k, n]): Case[] =>
      [1, 0].map((scale) => {
        const next = random(4500 + 64 * k + n + scale);
        const { rows, columns } = orthogonalShape(k, n, format.lanes);
        const of = (height: number, width: number): Matrix =>
          mapRows(data(format, height, width, next), (value) => (0.3 * scale * value) / Math.sqrt(width));
        const packed = (by: number): Real => pack(format, k, n, () => by * next());
        const scratch = { workspace: format.array(productBytes / format.array(1).BYTES_PER_ELEMENT) };
        const given = values({ format, k, n, rows, columns, of, packed, scale, scratch });
        return {
          title: `${k}x${n} by ${scale}`,
          call: call(operation, { ...given, lines: [0, rows] } as never),
          step: { ...wholeStep(1), hyperparameters: [0.1] },
          outputs: Object.fromEntries([output].flat().map((name) => [name, tolerance * format.unit])),
        };
      }),
    );
type PhaseName = "orthogonalBegin" | "orthogonalGram" | "orthogonalPolynomial" | "orthogonalProduct" | "orthogonalEnd";
interface PhaseOf {
  readonly format: Format;
  readonly k: number;
  readonly n: number;
  readonly rows: number;
  readonly columns: number;
  readonly of: (height: number, width: number) => Matrix;
  readonly packed: (by: number) => Real;
  readonly scale: number;
  readonly scratch: object;
}

export const phases = {
  orthogonalBegin: phase(
    "orthogonalBegin",
    ({ format, k, n, rows, columns, packed, scale }) => ({
      direction: packed(scale),
      x: blankRows(format, rows, columns),
      k,
      n,
    }),
    "x",
    64,
  ),
  orthogonalGram: phase(
    "orthogonalGram",
    ({ format, rows, columns, of, scratch }) => ({
      x: of(rows, columns),
      gram: blankRows(format, rows, rows),
      ...scratch,
      rows,
      columns,
    }),
    "gram",
    64,
  ),
  orthogonalPolynomial: phase(
    "orthogonalPolynomial",
    ({ format, rows, of, scratch }) => ({
      gram: symmetric(of(rows, rows), rows),
      polynomial: blankRows(format, rows, rows),
      ...scratch,
      rows,
    }),
    "polynomial",
    64,
  ),
  orthogonalProduct: phase(
    "orthogonalProduct",
    ({ format, rows, of, scratch }) => {
      // Two that do not commute: what counts is the lower triangle.
      const [a, b] = [of(rows, rows), of(rows, rows)].map((square) => symmetric(square, rows));
      return { a, b, product: blankRows(format, rows, rows), ...scratch, rows };
    },
    "product",
    64,
  ),
  orthogonalEnd: phase(
    "orthogonalEnd",
    ({ format, k, n, rows, columns, of, packed, scratch }) => {
      const scratched = { moved: blankRows(format, rows, columns), ...scratch };
      return { q: of(rows, rows), x: of(rows, columns), ...scratched, w: packed(1), k, n, optimizer: 0 };
    },
    ["w", "moved"],
    64,
  ),
};

function symmetric({ numbers: values, ld }: Matrix, rows: number): Matrix {
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) values[j * ld + i] = values[i * ld + j];
  return { numbers: values, ld };
}
