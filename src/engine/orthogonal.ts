/**
 * Muon's matrices, made orthogonal in phases between which all ranks meet. Several go through the phases together, as many as
 * find room; of each phase a rank has the lines that its share of the work comes to, and none of them changes a bit.
 */
import { orthogonalShape, productBytes } from "../kernels/orthogonal.js";
import type { ProgramWriter } from "../kernels/program-writer.js";
import type { Range, Region, Rows } from "../kernels/signature.js";
import type { Layout } from "./arena.js";
import type { PlannedParameter } from "./memory.js";

/** A matrix on its way: with its shorter side as rows. */
interface Matrix {
  readonly parameter: PlannedParameter;
  readonly k: number;
  readonly n: number;
  readonly rows: number;
  readonly columns: number;
  /** [rows][columns] */
  readonly x: Rows;
  readonly moved: Rows;
  /** [rows][rows] */
  readonly squares: Readonly<Record<"gram" | "polynomial" | "product" | "q" | "other", Rows>>;
}

export interface Orthogonal {
  readonly ranks: number;
  /** What goes through the phases together; one lot after the other uses the same memory. */
  readonly lots: readonly (readonly Matrix[])[];
  /** Of each rank, for its products. */
  readonly workspaces: readonly Region[];
}

/** Matrices go together while they need no more than this many numbers, or no more than the largest of them. */
const lotNumbers = 1 << 23;
const iterations = 5;
/** Lines come in so many, as tiles of the products have. */
const lineStep = 8;

interface OrthogonalOptions {
  readonly parameters: readonly PlannedParameter[];
  readonly layout: Layout;
  readonly lanes: number;
  readonly ranks: number;
  readonly bytes: number;
}

const cacheLine = 128;

/** Null where there are no such matrices. */
export function planOrthogonal({ parameters, layout, lanes, ranks, bytes }: OrthogonalOptions): Orthogonal | null {
  const found = parameters.flatMap((parameter) => {
    const { packing } = parameter.spec;
    if (!parameter.orthogonal || packing.kind !== "panels") return [];
    const { k, n } = packing;
    const shape = orthogonalShape(k, n, lanes);
    const padding = (7 * cacheLine) / bytes;
    return [{ parameter, k, n, ...shape, numbers: shape.rows * (2 * shape.ld + 5 * shape.squareLd) + padding }];
  });
  if (found.length === 0) return null;
  found.sort((a, b) => b.numbers - a.numbers);
  const most = Math.max(lotNumbers, found[0].numbers);
  const lots: (typeof found)[] = [[]];
  let used = 0;
  for (const matrix of found) {
    if (used + matrix.numbers > most) {
      lots.push([]);
      used = 0;
    }
    lots.at(-1)!.push(matrix);
    used += matrix.numbers;
  }
  const sizes = lots.map((lot) => lot.reduce((sum, { numbers }) => sum + numbers, 0));
  const room = layout.region(Math.max(...sizes) * bytes);
  return {
    ranks,
    lots: lots.map((lot) => {
      let at = room.offset;
      const rowsOf = (rows: number, ld: number): Rows => {
        const region = { offset: at, bytes: rows * ld * bytes };
        at += Math.ceil(region.bytes / cacheLine) * cacheLine;
        return { region, ld };
      };
      return lot.map(({ parameter, k, n, rows, columns, ld, squareLd }) => ({
        ...{ parameter, k, n, rows, columns },
        x: rowsOf(rows, ld),
        moved: rowsOf(rows, ld),
        squares: {
          gram: rowsOf(rows, squareLd),
          polynomial: rowsOf(rows, squareLd),
          product: rowsOf(rows, squareLd),
          q: rowsOf(rows, squareLd),
          other: rowsOf(rows, squareLd),
        },
      }));
    }),
    workspaces: Array.from({ length: ranks }, () => layout.region(productBytes)),
  };
}

/** Who has which lines in a phase: the work of a matrix, and whether it is the same in each line or grows from line to line. */
interface Work {
  readonly cost: (matrix: Matrix) => number;
  readonly grows: boolean;
}
const rowsBy = { cost: ({ rows, columns }: Matrix) => rows * rows * columns, grows: false };
const gramBy = { ...rowsBy, grows: true };
const squareBy = { cost: ({ rows }: Matrix) => rows ** 3, grows: true };

/** The lines of each matrix that are a rank's: all matrices in a row are cut into equal parts. */
function linesOf(lot: readonly Matrix[], rank: number, ranks: number, { cost, grows }: Work): Range[] {
  const costs = lot.map(cost);
  const total = costs.reduce((sum, each) => sum + each, 0);
  let before = 0;
  return lot.map(({ rows }, i) => {
    const cut = (part: number): number => {
      const share = Math.min(Math.max(((total * part) / ranks - before) / costs[i], 0), 1);
      // Of the lower triangle a share of the area is that share's root of the lines.
      const lines = rows * (grows ? Math.sqrt(share) : share);
      return share === 1 ? rows : Math.min(rows, Math.round(lines / lineStep) * lineStep);
    };
    const range = [cut(rank), cut(rank + 1)] as const;
    before += costs[i];
    return range;
  });
}

interface Written {
  readonly writer: ProgramWriter;
  readonly rank: number;
  readonly meet: () => void;
}

/** All phases of one rank; directions are there, and ranks meet after it. */
export function writeOrthogonal({ lots, workspaces, ranks }: Orthogonal, { writer, rank, meet }: Written): void {
  const workspace = workspaces[rank];
  for (const [i, lot] of lots.entries()) {
    if (i > 0) meet();
    const phase = (work: Work, write: (matrix: Matrix, lines: Range) => void): void => {
      const ranges = linesOf(lot, rank, ranks, work);
      for (const [at, matrix] of lot.entries()) if (ranges[at][0] < ranges[at][1]) write(matrix, ranges[at]);
    };
    type Square = keyof Matrix["squares"];
    const multiply = (a: Square, b: Square, product: Square): void => {
      phase(squareBy, ({ squares, rows }, lines) => {
        writer.add("orthogonalProduct", {
          ...{ a: squares[a], b: squares[b], product: squares[product] },
          ...{ workspace, rows, lines },
        });
      });
    };
    phase(rowsBy, ({ parameter, x, k, n }, lines) => {
      writer.add("orthogonalBegin", { direction: parameter.state[1], x, k, n, lines });
    });
    meet();
    phase(gramBy, ({ x, squares: { gram }, rows, columns }, lines) => {
      writer.add("orthogonalGram", { x, gram, workspace, rows, columns, lines });
    });
    let [q, other]: [Square, Square] = ["q", "other"];
    for (let iteration = 1; iteration <= iterations; iteration++) {
      const p: Square = iteration === 1 ? q : "polynomial";
      meet();
      phase(squareBy, ({ squares, rows }, lines) => {
        writer.add("orthogonalPolynomial", { gram: squares.gram, polynomial: squares[p], workspace, rows, lines });
      });
      meet();
      if (iteration > 1) {
        multiply(p, q, other);
        [q, other] = [other, q];
      }
      if (iteration === iterations) break;
      multiply(p, "gram", "product");
      meet();
      multiply("product", p, "gram");
    }
    meet();
    phase(rowsBy, ({ parameter: { w, optimizer }, x, moved, squares, k, n }, lines) => {
      writer.add("orthogonalEnd", { q: squares[q], x, moved, workspace, w, k, n, lines, optimizer });
    });
  }
}
