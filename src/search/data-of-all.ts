/** Whether the processes that make runs apart have read the same data. */
import { dataError } from "../base/errors.js";
import type { Crew } from "../engine/crew.js";
import type { Task } from "./task.js";

/** Settings that say which data a run reads. */
const dataKeys = [
  ...["dataset", "dataDir", "allowMissing", "imageSize", "fit", "channels", "label", "layout", "order", "paper"],
  ...["maximum", "maxMegapixels"],
];

/** Runs of the same settings must have read the same data. */
export class DataOfAll {
  readonly #crew: Crew;
  readonly #known = new Map<string, { readonly process: number; readonly hash: string }>();

  constructor(crew: Crew) {
    this.#crew = crew;
  }

  /** Throws `dataError` naming both processes. */
  compare(process: number, { config, machine }: Task, got: string): void {
    const { hosts } = this.#crew;
    const settings: Readonly<Record<string, unknown>> = { ...config, ...machine };
    const key = JSON.stringify(dataKeys.map((name) => settings[name] ?? null));
    const known = this.#known.get(key);
    if (!known) this.#known.set(key, { process, hash: got });
    else if (known.hash !== got) {
      const expected = `the data of process ${known.process} on ${hosts[known.process]} (${known.hash})`;
      const fix = "All processes must read the same files.";
      throw dataError({ where: `process ${process} on ${hosts[process]}`, expected, got, fix });
    }
  }
}
