/** The commands. Each is one file that makes one commander `Command`, loaded only when it is called: start-up time counts. */
import type { Command } from "commander";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ command: () => Command }>;
}

export const commands: readonly CommandEntry[] = [
  { name: "train", summary: "train a net", load: () => import("./train.js") },
  { name: "search", summary: "train many times and compare", load: () => import("./search.js") },
  {
    name: "repro",
    summary: "the source documents' experiments, beside their numbers",
    load: () => import("./repro.js"),
  },
  {
    name: "evaluate",
    summary: "loss, accuracy and confusion matrix of a trained model",
    load: () => import("./evaluate.js"),
  },
  { name: "predict", summary: "classes of single images, timed", load: () => import("./predict.js") },
  { name: "export", summary: "a trained model as a file for other programs", load: () => import("./export.js") },
  { name: "pack", summary: "a trained model with what runs and judges it", load: () => import("./pack.js") },
  { name: "serve", summary: "a trained model behind HTTP", load: () => import("./serve.js") },
  { name: "verify", summary: "train a run again and compare", load: () => import("./verify.js") },
  { name: "replay", summary: "the step that ended in NaN, layer by layer", load: () => import("./replay.js") },
  { name: "explain", summary: "one sample through a net, with its numbers", load: () => import("./explain.js") },
  { name: "report", summary: "the page of a run, made anew", load: () => import("./report.js") },
  { name: "compare", summary: "runs side by side", load: () => import("./compare.js") },
  { name: "plot", summary: "learning curves in characters", load: () => import("./plot.js") },
  { name: "summary", summary: "layers, shapes, parameters and cost of a net", load: () => import("./summary.js") },
  { name: "data", summary: "list, describe, show, fetch and check data sets", load: () => import("./data.js") },
  { name: "profile", summary: "where the time of a training step goes", load: () => import("./profile.js") },
  { name: "bench", summary: "time training steps, scaling and matrix products", load: () => import("./bench.js") },
  {
    name: "doctor",
    summary: "mistakes in a run; what this machine offers and what Heddle makes of it",
    load: () => import("./doctor.js"),
  },
  { name: "completion", summary: "completion for bash, zsh and fish", load: () => import("./completion.js") },
];
