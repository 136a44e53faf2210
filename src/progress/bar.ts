/** A live bar per epoch on a terminal; what `lines` prints stays above it. */
import { Presets, SingleBar } from "cli-progress";
import type { TrainEvent } from "../train/events.js";
import { clock, count, number, percent } from "./format.js";
import { lines } from "./lines.js";
import type { Output, Renderer } from "./renderer.js";

const format = "epoch {epoch} {bar} {rate} samples/s · loss {loss} · accuracy {accuracy} · {left} left";

export function bar(output: Output): Renderer {
  // A sign of life is the bar's own work.
  const above = lines(output, () => 0);
  let drawn: SingleBar | null = null;
  const clear = () => {
    drawn?.stop();
    drawn = null;
  };

  return {
    onEvent(event: TrainEvent) {
      if (event.kind === "step" || event.kind === "done") return;
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
        drawn = new SingleBar(
          { format, stream: output as NodeJS.WriteStream, barsize: 20, clearOnComplete: true, gracefulExit: false },
          Presets.shades_classic,
        );
        drawn.start(event.steps, event.step, payload);
      }
    },
    close: clear,
  };
}
