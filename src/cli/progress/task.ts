/**
 * Work of a known size that is not training: files that come, images that are decoded. Shown as lines here and as a bar
 * in `task-bar.ts`, on stderr.
 */

import { bytes, clock, count } from "../../index.js";
import { renderLine } from "../ansi.js";
import type { Output } from "./renderer.js";

export interface TaskProgress {
  /** `done` of `total` so far; another name, or less than before, begins another piece of work. */
  update(name: string, done: number, total: number): void;
  /** A line that stays. */
  note(text: string): void;
  /** Leaves the terminal as a following line needs it. */
  close(): void;
}

/** What the work is counted in. */
export interface Unit {
  readonly text: (value: number) => string;
  /** What stands behind a total. */
  readonly noun: string;
}

export const byteUnit: Unit = { text: bytes, noun: "" };
export const imageUnit: Unit = { text: count, noun: " images" };

const signOfLifeMs = 10_000;

/** A sign of life every ten seconds: short work passes without one. */
export function taskLines(output: Output, unit: Unit, now: () => number = Date.now): TaskProgress {
  const pace = new Pace(unit, now);
  let last = now();
  const print = (text: string) => {
    output.write(`${renderLine(text)}\n`);
    last = now();
  };
  return {
    update(name, done, total) {
      pace.update(name, done);
      if (now() - last >= signOfLifeMs && done < total) print(`${name}: ${pace.text(done, total)}`);
    },
    note: print,
    close() {},
  };
}

/** How fast the present piece of work goes, since it began. */
export class Pace {
  #name: string | undefined;
  #started = 0;
  #from = 0;
  readonly #unit: Unit;
  readonly #now: () => number;

  constructor(unit: Unit, now: () => number) {
    this.#unit = unit;
    this.#now = now;
  }

  /** Seconds since the present piece began. */
  get seconds(): number {
    return (this.#now() - this.#started) / 1000;
  }

  /** True where this is another piece of work than before. */
  update(name: string, done: number): boolean {
    if (name === this.#name && done >= this.#from) return false;
    [this.#name, this.#started, this.#from] = [name, this.#now(), done];
    return true;
  }

  text(done: number, total: number): string {
    const { text, noun } = this.#unit;
    const rate = this.seconds > 0 ? (done - this.#from) / this.seconds : 0;
    const left = rate > 0 ? ` · ${text(rate)}/s · ${clock((total - done) / rate)} left` : "";
    return `${text(done)} of ${text(total)}${noun}${left}`;
  }
}
