/** The commands. Each is one file that makes one commander `Command`, loaded only when it is called: start-up time counts. */
import type { Command } from "commander";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ command: () => Command }>;
}

export const commands: readonly CommandEntry[] = [
  { name: "train", summary: "train a net", load: () => import("./train.js") },
  {
    name: "evaluate",
    summary: "loss, accuracy and confusion matrix of a trained model",
    load: () => import("./evaluate.js"),
  },
  { name: "predict", summary: "classes of single images, timed", load: () => import("./predict.js") },
  { name: "summary", summary: "layers, shapes, parameters and cost of a net", load: () => import("./summary.js") },
  { name: "data", summary: "list, describe, show, fetch and check data sets", load: () => import("./data.js") },
  { name: "bench", summary: "time training steps, scaling and matrix products", load: () => import("./bench.js") },
  {
    name: "doctor",
    summary: "what this machine offers and what Heddle makes of it",
    load: () => import("./doctor.js"),
  },
];
