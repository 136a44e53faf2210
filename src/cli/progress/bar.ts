/** A live bar per epoch, and for loading that takes over a second; what `lines` prints stays above it. */
import type { SingleBar } from "cli-progress";
import { clock, count, sparkline, type TrainEvent } from "../../index.js";
import { knowsUnicode } from "../unicode.js";
import { valuesText } from "./format.js";
import { lines } from "./lines.js";
import type { Output, Renderer } from "./renderer.js";
import { imageUnit } from "./task.js";
import { newBar, type Piece, taskBar } from "./task-bar.js";

/** Letters of the line of losses. */
const sparks = 16;

export function bar(output: Output, now: () => number = Date.now, env: NodeJS.ProcessEnv = process.env): Renderer {
  // A sign of life is the bar's own work.
  const above = lines(output, () => 0);
  const loading = taskBar(output, imageUnit, now, env);
  const unicode = knowsUnicode(env);
  /** Of minibatches, in the epochs that have ended. */
  let losses: (number | null)[] = [];
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
        if (event.kind === "epoch") losses = [...losses, ...event.batchLoss].slice(-sparks);
        clear();
        above.onEvent(event);
        return;
      }
      const loss = event.values["loss"] ?? null;
      const pieces: Piece[] = [
        { text: `epoch ${event.epoch}/${event.epochs}`, order: 0 },
        { text: "bar", order: 3 },
        { text: `${count(event.samplesPerSecond)} samples/s`, order: 4 },
        { text: valuesText(event.values), order: 1 },
        { text: sparkline([...losses, loss], sparks, unicode), order: 5 },
        { text: `${clock(event.eta)} left`, order: 2 },
      ];
      if (drawn) {
        drawn.update(event.step, { pieces });
      } else {
        drawn = newBar(output, env);
        drawn.start(event.steps, event.step, { pieces });
      }
    },
    close: clear,
  };
}
