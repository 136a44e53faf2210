/** A live bar per epoch, and for loading that takes over a second; what `lines` prints stays above it. */
import type { SingleBar } from "cli-progress";
import type { TrainEvent } from "../train/events.js";
import { clock, count, number, percent } from "./format.js";
import { lines } from "./lines.js";
import type { Output, Renderer } from "./renderer.js";
import { imageUnit } from "./task.js";
import { newBar, taskBar } from "./task-bar.js";

const format = "epoch {epoch} {bar} {rate} samples/s · loss {loss} · accuracy {accuracy} · {left} left";

export function bar(output: Output, now: () => number = Date.now): Renderer {
  // A sign of life is the bar's own work.
  const above = lines(output, () => 0);
  const loading = taskBar(output, imageUnit, now);
  let drawn: SingleBar | null = null;
  const clear = () => {
    loading.close();
    drawn?.stop();
    drawn = null;
  };

  return {
    onEvent(event: TrainEvent) {
      if (event.kind === "step" || event.kind === "done") return;
      if (event.kind === "load") {
        loading.update(event.dataset, event.done, event.total);
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
        drawn = newBar(output, format);
        drawn.start(event.steps, event.step, payload);
      }
    },
    close: clear,
  };
}
