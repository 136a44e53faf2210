/** The registry of experiments. */
import type { Experiment } from "../experiment.js";
import { cyu } from "./cyu.js";
import { dtu } from "./dtu.js";

// biome-ignore format: a line each
export const experiments: readonly Experiment[] = [
  dtu,
  cyu,
];
