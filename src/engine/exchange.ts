/**
 * What crosses between processes where ranks meet: of all that the operations after the meeting read, the rows of samples
 * and of groups, which each process has made its own of. All else, weights above all, every process has whole.
 */
import type { InstructionArguments, InstructionName } from "../kernels/ops/index.js";
import { ProgramWriter } from "../kernels/program-writer.js";
import type { Region, Rows } from "../kernels/signature.js";
import type { Parts } from "./divided-updates.js";
import { type Division } from "./division.js";

/** Rows that are exchanged: `rows` of them, or (0) as many as the chunk has samples, in pieces of whole rows. */
export interface Offer {
  readonly region: Region;
  readonly rowBytes: number;
  readonly rows: number;
  readonly pieces: number;
}

/** Bytes that processes exchange, all parts together: for each sample, for each chunk of a step, and once a step. */
export interface Exchanged {
  readonly ofSample: number;
  readonly ofChunk: number;
  readonly ofStep: number;
}

/** For a step of so many samples. */
export const exchangedBytes = (
  { exchanged: { ofSample, ofChunk, ofStep }, chunk }: { readonly exchanged: Exchanged; readonly chunk: number },
  samples: number,
): number => ofSample * samples + ofChunk * Math.ceil(samples / chunk) + ofStep;

/** Notes which regions operations name, instead of writing them down. What reads sums of groups does not read their samples. */
export class RegionReader extends ProgramWriter {
  readonly regions = new Set<Region>();
  readonly #groupRows: ReadonlyMap<Region, number>;

  constructor(groupRows: ReadonlyMap<Region, number>) {
    super(4, { offset: 0, bytes: 0 });
    this.#groupRows = groupRows;
  }

  override add<I extends InstructionName>(_operation: I, values: InstructionArguments<I>): void {
    const named = Object.values<unknown>(values).flat().filter(isPlace).map(regionOf);
    const sums = named.filter((region) => this.#groupRows.has(region));
    for (const region of sums.length > 0 ? sums : named) this.regions.add(region);
  }
}

const isPlace = (value: unknown): value is Region | Rows =>
  typeof value === "object" && value !== null && ("offset" in value || "region" in value);
const regionOf = (place: Region | Rows): Region => ("region" in place ? place.region : place);

export interface ExchangeOptions {
  readonly division: Division;
  readonly ranks: number;
  readonly groups: number;
  readonly spin: boolean;
  readonly barrier: Region;
  readonly flag: Region;
  readonly stopAfter: Region;
  /** Bytes of a row of those regions that have a row for each group of samples. */
  readonly groupRows: ReadonlyMap<Region, number>;
  /** Numbers of single samples that the step's sums are made of. */
  readonly losses: readonly Region[];
}

export class Exchange {
  readonly #options: ExchangeOptions;
  #offered: readonly Offer[] = [];
  #parts: readonly Parts[] = [];

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** The ranks of this process meet. */
  meet(writer: ProgramWriter): void {
    const { ranks, barrier, spin } = this.#options;
    if (ranks > 1) writer.add("barrier", { words: barrier, ranks, spin: spin ? 1 : 0 });
  }

  /** The ranks of all processes meet, and have what of `reads` the others have made. */
  meetAll(writer: ProgramWriter, rank: number, reads: () => Iterable<Region>): void {
    this.meet(writer);
    const { division, flag, stopAfter } = this.#options;
    if (division.processes === 1) return;
    if (rank === 0) {
      const offers = this.#offersOf(reads());
      this.#offered = [...this.#offered, ...offers];
      for (const { region: x, ...rows } of offers) writer.add("offer", { x, ...rows });
      writer.add("exchange", { flag, stopAfter });
    }
    this.meet(writer);
  }

  /** The ranks of all processes meet, and have of each of these regions what its owners have made. */
  meetParts(writer: ProgramWriter, rank: number, parts: readonly Parts[]): void {
    this.meet(writer);
    if (rank === 0) {
      this.#parts = parts;
      for (const { region: x, edges } of parts) {
        for (const [process, from] of edges.slice(0, -1).entries())
          writer.add("part", { x, process, from, to: edges[process + 1] });
      }
      writer.add("exchange", { flag: this.#options.flag, stopAfter: this.#options.stopAfter });
    }
    this.meet(writer);
  }

  /** All that is exchanged. */
  bytes(): Exchanged {
    const sum = (list: readonly Offer[], of: (offer: Offer) => number) => list.reduce((all, each) => all + of(each), 0);
    return {
      ofSample: sum(this.#offered, ({ rowBytes, rows }) => (rows === 0 ? rowBytes : 0)),
      ofChunk: sum(this.#offered, ({ rowBytes, rows }) => rowBytes * rows),
      ofStep: this.#parts.reduce((all, { edges }) => all + 4 * (edges[edges.length - 1] - edges[0]), 0),
    };
  }

  /** Of these regions, those that processes make parts of. */
  #offersOf(regions: Iterable<Region>): Offer[] {
    const { groups, groupRows, losses } = this.#options;
    const distinct = new Map([...regions].map((region) => [region.offset, region]));
    return [...distinct.values()].flatMap((region): Offer[] => {
      if (region.rowBytes) return [{ region, rowBytes: region.rowBytes, rows: 0, pieces: groups }];
      const ofGroup = groupRows.get(region);
      if (ofGroup) return [{ region, rowBytes: ofGroup, rows: groups, pieces: groups }];
      return losses.includes(region) ? [{ region, rowBytes: 8, rows: 0, pieces: groups }] : [];
    });
  }
}
