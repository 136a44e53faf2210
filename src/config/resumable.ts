/** The settings that a resume may give anew: the machine may have changed, and how far to go; the experiment may not. */
import type { ConfigSources, TrainConfig } from "./schema.js";

const ofMachine = ["threads", "backend", "dataDir", "dataFromRoot"] as const satisfies readonly (keyof TrainConfig)[];

export const resumable = [
  ...ofMachine,
  "requireAccuracy",
  "maxSteps",
  "maxTime",
  "checkpointEvery",
  "keep",
  "patience",
  "minDelta",
  "stopAt",
  "tensorboard",
  "csv",
] as const satisfies readonly (keyof TrainConfig)[];

/** Those of them that stay the run's: written into `run.json`. */
export const lasting = resumable.filter((key) => !ofMachine.some((other) => other === key));

/** What somebody gave anew of them; a default is nobody's wish, but for the machine's. */
export function givenAnew(given: TrainConfig, sources: ConfigSources): Partial<TrainConfig> {
  const isAsked = (key: keyof TrainConfig): boolean => (sources[key] ?? "default") !== "default";
  const anew = [...ofMachine, ...lasting.filter(isAsked)].filter((key) => given[key] !== undefined);
  return Object.fromEntries(anew.map((key) => [key, given[key]]));
}
