/** A live bar per epoch, and for loading that takes over a second; what `lines` prints stays above it. */
import { Presets, SingleBar } from "cli-progress";
import type { TrainEvent } from "../train/events.js";
import { clock, count, number, percent } from "./format.js";
import { lines } from "./lines.js";
import type { Output, Renderer } from "./renderer.js";

const loadFormat = "{dataset} {bar} {value} of {total} images · {left} left";
const format = "epoch {epoch} {bar} {rate} samples/s · loss {loss} · accuracy {accuracy} · {left} left";

export function bar(output: Output, now: () => number = Date.now): Renderer {
  // A sign of life is the bar's own work.
  const above = lines(output, () => 0);
  let drawn: SingleBar | null = null;
  let loadingSince: number | null = null;
  const clear = () => {
    drawn?.stop();
    drawn = null;
  };

  const start = (format: string, total: number, value: number, payload: object): SingleBar => {
    const made = new SingleBar(
      { format, stream: output as NodeJS.WriteStream, barsize: 20, clearOnComplete: true, gracefulExit: false },
      Presets.shades_classic,
    );
    made.start(total, value, payload);
    return made;
  };

  return {
    onEvent(event: TrainEvent) {
      if (event.kind === "step" || event.kind === "done") return;
      if (event.kind === "load") {
        loadingSince ??= now();
        const { done, total } = event;
        const seconds = (now() - loadingSince) / 1000;
        const payload = { dataset: event.dataset, left: clock((seconds / done) * (total - done)) };
        if (drawn) drawn.update(done, payload);
        else if (seconds >= 1) drawn = start(loadFormat, total, done, payload);
        return;
      }
      if (event.kind !== "progress") {
        clear();
        above.onEvent(event);
        return;
      }
      const payload = {
        epoch: `${event.epoch}/${event.epochs}`,
        rate: count(event.samplesPerSecond),
        loss: number(event.loss),
        accuracy: percent(event.accuracy),
        left: clock(event.eta),
      };
      if (drawn) {
        drawn.update(event.step, payload);
      } else {
        drawn = start(format, event.steps, event.step, payload);
      }
    },
    close: clear,
  };
}
