/** `heddle bench`: a folder of benches, one file each in `bench/`. */
import type { Command } from "commander";
import { gemm } from "./bench/gemm.js";
import { predict } from "./bench/predict.js";
import { scaling } from "./bench/scaling.js";
import { step } from "./bench/step.js";
import { newCommand } from "./options.js";

export function command(): Command {
  const bench = newCommand("bench", "Time this machine. Speeds are also given as a share of the cores' measured peak.");
  for (const create of [step, scaling, predict, gemm]) bench.addCommand(create());
  return bench;
}
