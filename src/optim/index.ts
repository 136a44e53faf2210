/** The registry of optimizers. */
import { pick } from "../base/registry.js";
import { readSetting, type Setting } from "../base/setting.js";
import { adagrad } from "./adagrad.js";
import { adam, adamw } from "./adam.js";
import { waiting } from "./keep.js";
import { muon } from "./muon.js";
import type { Loop, Optimizer, Rule } from "./optimizer.js";
import { rmsprop } from "./rmsprop.js";
import { sgd } from "./sgd.js";

// biome-ignore format: a line each
export const optimizers = [
  sgd,
  adam,
  adamw,
  adagrad,
  rmsprop,
  muon,
] as unknown as readonly Optimizer[];

/** The loops of all optimizers by name, then those that stand in for one. */
export const loops: ReadonlyMap<string, Loop> = new Map(
  [...optimizers, { loops: waiting }].flatMap((one) => Object.entries(one.loops)),
);
export const loopNames: readonly string[] = [...loops.keys()];

const wanted = { where: "optimizer", what: "an optimizer" };

/** What all else takes beside an optimizer for matrices alone; null of one for everything. */
export function companionOf(setting: Setting): { readonly optimizer: Setting; readonly lr: number } | null {
  const { name, ...options } = readSetting(optimizers, setting, wanted);
  return pick(optimizers, name, wanted).companion?.(options) ?? null;
}

/** What a setting's updates do: of "sgd momentum=0.9", or of a setting that was read. Throws `usageError`. */
export function ruleOf(setting: string | Setting): Rule {
  const { name, ...options } = readSetting(optimizers, setting, wanted);
  return pick(optimizers, name, wanted).rule(options);
}
