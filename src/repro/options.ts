/** What `repro` can be asked. */
import { aFunction, aSignal, aSwitch, aText, check, checkOptions, choice, list, whole } from "../base/given.js";
import { settings } from "../config/given.js";
import type { TrainConfig } from "../config/schema.js";
import type { TrainEvent } from "../train/events.js";
import { type Mode, modes } from "./experiment.js";

export type Machine = Partial<Pick<TrainConfig, "threads" | "backend" | "dataDir">>;

export interface ReproOptions extends Machine {
  /** One of the two forms of an experiment whose mistakes can be made again; both unless given. */
  readonly mode?: Mode;
  /** A part of the data and few epochs: minutes, and no result. */
  readonly quick?: boolean;
  /** Trainings of each row, or of a recipe; 1, or what the recipe says. */
  readonly seeds?: number;
  /** As published, or so many; shortened where that takes hours, unless given. */
  readonly epochs?: "full" | number;
  /** Only these, by name or the beginning of it. */
  readonly rows?: readonly string[];
  /** The folder: absent, empty, or that of the same experiment; `runs/repro-NAME` where absent. */
  readonly out?: string;
  /** Leave `report.html` in each run's folder; true unless given. */
  readonly report?: boolean;
  onEvent?(event: TrainEvent): void;
  readonly signal?: AbortSignal;
}

const epochs = check(
  "full, or a whole number of at least 1",
  (value) => value === "full" || (Number.isInteger(value) && Number(value) >= 1),
);

/** Throws `usageError` naming the option. */
export function checkReproOptions(given: ReproOptions): void {
  checkOptions("repro", given, {
    ...settings("threads", "backend", "dataDir"),
    mode: choice(modes),
    quick: aSwitch,
    seeds: whole(1, 1000),
    epochs,
    rows: list(aText),
    out: aText,
    report: aSwitch,
    onEvent: aFunction,
    signal: aSignal,
  });
}

export const machineFrom = ({ threads, backend, dataDir }: ReproOptions): Machine => ({
  ...(threads !== undefined && { threads }),
  ...(backend !== undefined && { backend }),
  ...(dataDir !== undefined && { dataDir }),
});
