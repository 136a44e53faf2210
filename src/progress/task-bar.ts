/** A live bar for work that takes over a second. */
import { Presets, SingleBar } from "cli-progress";
import type { Output } from "./renderer.js";
import { Pace, type TaskProgress, type Unit } from "./task.js";

const format = "{name} {bar} {state}";
const patienceSeconds = 1;

export function taskBar(output: Output, unit: Unit, now: () => number = Date.now): TaskProgress {
  const pace = new Pace(unit, now);
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
      else if (pace.seconds >= patienceSeconds) {
        drawn = newBar(output, format);
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

/** A bar of this form; what it shows beside itself comes with each update. */
export function newBar(output: Output, format: string): SingleBar {
  return new SingleBar(
    { format, stream: output as NodeJS.WriteStream, barsize: 20, clearOnComplete: true, gracefulExit: false },
    Presets.shades_classic,
  );
}
