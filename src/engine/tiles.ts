/**
 * How ranks divide a product of all samples with the weights of a layer. By samples, each reads all weights, for few rows where
 * ranks are many. In tiles, rows of the chunk times panels of columns, it reads some panels, and rows of other ranks' making, so all
 * meet before it and after it. Each number is one chain of multiply-adds all the same, whoever makes it.
 *
 * Which it is follows from counts, never from a clock: bytes that a rank reads, multiply-adds of a rank, and meetings.
 */
import { type Dtype, elementBytes } from "../base/numbers.js";
import { panelVectors } from "../kernels/layout.js";
import { lanesOf, panelsOf } from "../kernels/panels.js";
import type { WorkSlice } from "../kernels/program-writer.js";
import type { ProductPass, TileRange } from "../nn/lowering.js";
import type { Division } from "./division.js";
import { sliceSums } from "./slices.js";
import type { Stage } from "./stages.js";

/** [rows][depth] times weights [depth][columns]. */
export interface Product {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly ranks: number;
  /** Numbers in a vector, and bytes of one. */
  readonly lanes: number;
  readonly bytes: number;
}

/** Rows of a tile, about: fewer would leave registers of the products unused, more would leave ranks unlike. */
const tileRows = 4;
/** What a meeting of all ranks is worth: a core reads so much beyond its caches in a hundredth of a millisecond. */
const meetingBytes = 2 ** 17;
/** A rank must read at most this part of what it would read by samples: what other cores have just written comes slower. */
const mostOfWeights = 0.5;

/**
 * Bands of rows in which tiles of the product are divided; null where ranks take their samples. A rank's tiles lie in one band: more
 * bands are fewer rows to read, and more panels.
 */
export function bandsOf(product: Product): number | null {
  const { depth, columns, ranks, bytes } = product;
  const all = Array.from({ length: ranks }, (_, i) => i + 1).filter((bands) => ranks % bands === 0 && bands < ranks);
  const reads = all.map((bands) => readsOf(product, bands));
  const least = Math.min(...reads);
  const weights = depth * columns;
  const pays = least <= mostOfWeights * weights && (weights - least) * bytes >= 2 * meetingBytes;
  return pays ? all[reads.indexOf(least)] : null;
}

/** Numbers of both factors that a rank reads: its band's rows, and its share of the panels with another that it has a part of. */
function readsOf({ rows, depth, columns, ranks, lanes }: Product, bands: number): number {
  const width = panelVectors * lanes;
  const panels = (Math.ceil(columns / width) * bands) / ranks + 1;
  return depth * (rows / bands + Math.min(columns, panels * width));
}

/** A rank's tiles: equal in work but for one. */
export function tilesOf(product: Product, bands: number, rank: number): { range: TileRange; work: WorkSlice } {
  const { rows, depth, columns, ranks, lanes } = product;
  const pieces = Math.ceil(rows / bands / tileRows);
  const ofBand = panelsOf(depth, columns, lanes).flatMap(({ width }) =>
    Array.from({ length: pieces }, () => (width * depth * rows) / bands / pieces),
  );
  const [{ slices: tiles, part, whole }] = sliceSums([ofBand], bands, rank, ranks);
  return { range: { bands, pieces, tiles }, work: { part, whole, reads: readsOf(product, bands) } };
}

export interface TilingOptions {
  readonly stages: readonly Stage[];
  readonly chunk: number;
  readonly ranks: number;
  readonly division: Division;
  readonly dtype: Dtype;
}

/** What the products of a training's stages are divided in. */
export class Tiling {
  readonly #options: TilingOptions;

  constructor(options: TilingOptions) {
    this.#options = options;
  }

  /** Bands of tiles of a stage's product; null where ranks take their samples. */
  bands(stage: number, pass: ProductPass): number | null {
    const product = this.#product(stage, pass);
    return product && bandsOf(product);
  }

  /** A rank's part of it. */
  of(stage: number, pass: ProductPass, rank: number): { readonly range: TileRange; readonly work: WorkSlice } | null {
    const product = this.#product(stage, pass);
    const bands = product && bandsOf(product);
    return bands === null ? null : tilesOf(product!, bands, rank);
  }

  #product(stage: number, pass: ProductPass): Product | null {
    const { stages, chunk, ranks, division, dtype } = this.#options;
    const { main } = stages[stage];
    // Rows of a layer come from one process to another only where its samples are divided.
    if (!main.layer.dividesTiles || division.processes > 1 || chunk === 0) return null;
    const weight = main.parameters.find(({ packing }) => packing.kind === "panels")?.packing;
    if (weight?.kind !== "panels") return null;
    const { k, n } = weight;
    const [depth, columns] = pass === "forward" ? [k, n] : [n, k];
    return { rows: chunk, depth, columns, ranks, lanes: lanesOf(dtype), bytes: elementBytes(dtype) };
  }
}
