/** Work of a known size that is not training: files that come, images that are decoded. A bar or lines, on stderr. */
import type { SingleBar } from "cli-progress";
import { clock } from "./format.js";
import { type Wishes, wantsBar } from "./index.js";
import type { Output } from "./renderer.js";

export interface TaskProgress {
  /** `done` of `total` so far; another name begins another piece of work. */
  update(name: string, done: number, total: number): void;
  /** A line that stays. */
  note(text: string): void;
  /** Leaves the terminal as a following line needs it. */
  close(): void;
}

/** A quantity as people read it: `bytes` or `count` of format.ts. */
export type Unit = (value: number) => string;

export async function chooseTaskProgress(
  wishes: Wishes,
  output: Output,
  env: NodeJS.ProcessEnv,
  unit: Unit,
): Promise<TaskProgress> {
  if (wishes.quiet) return { update() {}, note() {}, close() {} };
  if (!wantsBar(wishes, output, env)) return taskLines(output, unit);
  const { SingleBar, Presets } = await import("cli-progress");
  const format = "{name} {bar} {percentage} % · {state}";
  return taskBar(output, unit, () => {
    const options = { format, stream: output as NodeJS.WriteStream, barsize: 20, clearOnComplete: true };
    return new SingleBar({ ...options, gracefulExit: false }, Presets.shades_classic);
  });
}

const signOfLifeMs = 10_000;

/** A sign of life every ten seconds: short work passes without one. */
export function taskLines(output: Output, unit: Unit, now: () => number = Date.now): TaskProgress {
  const pace = new Pace(unit, now);
  let last = now();
  const print = (text: string) => {
    output.write(`${text}\n`);
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

function taskBar(output: Output, unit: Unit, create: () => SingleBar): TaskProgress {
  const pace = new Pace(unit, Date.now);
  let drawn: SingleBar | null = null;
  const clear = () => {
    drawn?.stop();
    drawn = null;
  };
  return {
    update(name, done, total) {
      if (pace.update(name, done)) clear();
      const payload = { name, state: pace.text(done, total) };
      if (drawn) drawn.update(done, payload);
      else {
        drawn = create();
        drawn.start(total, done, payload);
      }
    },
    note(text) {
      clear();
      output.write(`${text}\n`);
    },
    close: clear,
  };
}

/** How fast the present piece of work goes, since it began. */
class Pace {
  #name: string | undefined;
  #started = 0;
  #from = 0;

  readonly #unit: Unit;
  readonly #now: () => number;

  constructor(unit: Unit, now: () => number) {
    this.#unit = unit;
    this.#now = now;
  }

  /** True where this is another piece of work than before. */
  update(name: string, done: number): boolean {
    if (name === this.#name && done >= this.#from) return false;
    [this.#name, this.#started, this.#from] = [name, this.#now(), done];
    return true;
  }

  text(done: number, total: number): string {
    const seconds = (this.#now() - this.#started) / 1000;
    const rate = seconds > 0 ? (done - this.#from) / seconds : 0;
    const left = rate > 0 ? ` · ${this.#unit(rate)}/s · ${clock((total - done) / rate)} left` : "";
    return `${this.#unit(done)} of ${this.#unit(total)}${left}`;
  }
}
