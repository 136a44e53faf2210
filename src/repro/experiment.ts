/**
 * The contract of an experiment of the source documents: its data, nets and settings, the numbers that were published and
 * where, and what the source got wrong. One file each in `experiments/`, and one line in `experiments/index.ts`. Each row of a
 * table is one training; a speed experiment is one recipe, timed.
 */
import type { Member } from "../base/registry.js";
import type { TrainConfigInput } from "../config/schema.js";
import type { Mistakes } from "../run/as-published.js";

/** What a row or a recipe may set: the folder, the seeds and the machine are the experiment's own. */
export type Settings = Omit<
  TrainConfigInput,
  "out" | "overwrite" | "seeds" | "folds" | "epochs" | "threads" | "backend" | "dataDir" | "init"
>;

/** As it was published, its mistakes included, or without them. */
export const modes = ["as-published", "fixed"] as const;
export type Mode = (typeof modes)[number];

export interface Row {
  readonly name: string;
  /** Laid over `common`. `epochs` is how many there will be: a rate may fall after half of them. */
  readonly settings: (epochs: number) => Settings;
  /** As the source has them. */
  readonly epochs: number;
  /** Instead, unless all are asked for: where those would take two cores more than a quarter of an hour. */
  readonly cut?: number;
  /** The row whose model it starts from; it stands before this one. */
  readonly from?: string;
  /** Test accuracy, a share; null where the source has none. */
  readonly published: number | null;
  readonly publishedEpochSeconds?: number;
  /** What the source says of it that does not hold, or what the row shows: one sentence. */
  readonly note: string;
  /** Time one call that predicts the whole test split, as the course's judge does, and make the folder that it gets (`heddle pack`). */
  readonly handedIn?: true;
}

/** Settings searched by grid and at random, as many trials each; on a part of the training data, by validation. */
export interface Contest {
  readonly base: Settings & { readonly epochs: number };
  /** As in a search file; ranges say their `points` for the grid. */
  readonly space: Readonly<Record<string, unknown>>;
}

export interface TableExperiment extends Member {
  readonly kind: "table";
  /** The document. */
  readonly source: string;
  /** Where in it the published numbers stand. */
  readonly place: string;
  /** What it got wrong, a sentence each. */
  readonly mistakes: readonly string[];
  readonly common: Settings;
  /** Laid over all with `--quick`. */
  readonly quick: Settings;
  readonly rows: readonly Row[];
  /** Mistakes that can be made again: every row exists twice. */
  readonly asPublished?: Mistakes;
  /** Say which classes its best row takes for each other. */
  readonly confusions?: true;
  readonly contest?: Contest;
}

export interface SpeedExperiment extends Member {
  readonly kind: "speed";
  readonly source: string;
  readonly settings: Settings & { readonly epochs: number };
  readonly quick: Settings & { readonly epochs?: number };
  /** Ask about these views of each test image, and measure the mean of the answers (`evaluate --tta`). */
  readonly views?: string;
  /** The mean test accuracy that counts, over so many seeds. */
  readonly goal: number;
  readonly seeds: number;
  /** What others needed, a sentence each. */
  readonly anchors: readonly string[];
}

export type Experiment = TableExperiment | SpeedExperiment;

/** With `--quick`: so few epochs. */
export const quickEpochs = 2;
