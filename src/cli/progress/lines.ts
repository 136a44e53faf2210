/** Plain lines, for logs and CI: the header, each epoch, and a sign of life every ten seconds of a long one. */

import { clock, count, type RunHeader, type TrainEvent } from "../../index.js";
import { renderLine } from "../ansi.js";
import { epochText, findingLine, headerText, valuesText } from "./format.js";
import type { Output, Renderer } from "./renderer.js";
import { imageUnit, taskLines } from "./task.js";

const signOfLifeMs = 10_000;

export function lines(output: Output, now: () => number = Date.now): Renderer {
  const loading = taskLines(output, imageUnit, now);
  let epochs = 0;
  let last = now();
  const print = (text: string) => {
    output.write(`${renderLine(text)}\n`);
    last = now();
  };

  return {
    onEvent(event: TrainEvent) {
      switch (event.kind) {
        case "start":
          epochs = event.header.epochs;
          print(headerText(event.header));
          if (event.resumedFrom) print(resumeText(event.resumedFrom, event.header));
          break;
        case "progress":
          if (now() - last < signOfLifeMs) break;
          print(
            `epoch ${event.epoch}/${event.epochs} · step ${event.step}/${event.steps} · ${valuesText(event.values)} · ` +
              `${count(event.samplesPerSecond)} samples/s · ${clock(event.eta)} left`,
          );
          break;
        case "load":
          loading.update(event.dataset, event.done, event.total);
          break;
        case "epoch":
          print(epochText(event, epochs));
          break;
        case "note":
          print(event.text);
          break;
        case "finding":
          print(findingLine(event.finding));
          break;
        case "step":
        case "done":
      }
    },
    close() {},
  };
}

/** Where a resumed run goes on: `epoch` is the one it is in, `step` the steps of it already done. */
function resumeText({ epoch, step }: { epoch: number; step: number }, header: RunHeader): string {
  if (epoch > header.epochs) return "resumed after its last epoch: the run was complete";
  return `resumed in epoch ${epoch}, after ${step} of ${header.stepsPerEpoch} steps`;
}
