/** The registry of experiments. */
import type { Experiment } from "../experiment.js";
import { cifar10In94 } from "./cifar10-94.js";
import { cs596 } from "./cs596.js";
import { cyu } from "./cyu.js";
import { dtu } from "./dtu.js";
import { kth } from "./kth.js";
import { mnist99 } from "./mnist-99.js";

// biome-ignore format: a line each
export const experiments: readonly Experiment[] = [
  dtu,
  cs596,
  kth,
  cyu,
  mnist99,
  cifar10In94,
];
