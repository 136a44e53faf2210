/** What is wrong with a configuration before anything is loaded. */

import { parseAugmentation } from "../augment/index.js";
import { usageError } from "../base/errors.js";
import { field, isDefault } from "../config/fields.js";
import type { ConfigSources, TrainConfig } from "../config/schema.js";
import { parseImageSize } from "../data/images/settings.js";
import { findDataset, refuseIdle } from "../data/index.js";
import { currentCrew } from "../engine/crew.js";
import { parsePaper } from "../formats/paper.js";
import { parseGoal } from "../metrics/goal.js";
import { findMetric } from "../metrics/index.js";
import { followOf } from "../optim/schedules/index.js";
import { checkModel } from "../zoo/index.js";
import { writesFiles } from "./run-folder.js";

/** Settings that others leave without effect: given all the same, they would seem to have one. */
const idle: readonly {
  readonly key: keyof TrainConfig;
  readonly needs: string;
  /** What stands there instead, or null where the setting has its effect. */
  readonly instead: (config: TrainConfig) => string | null;
}[] = [
  ...(["validationSplit", "groupBy"] as const).map((key) => ({
    key,
    needs: "a --validation for it to choose by",
    instead: ({ validation }: TrainConfig) =>
      validation === 0 || validation === "own" ? `--validation ${validation}` : null,
  })),
  ...(["select", "patience"] as const).map((key) => ({
    key,
    needs: "a --validation for it to choose by",
    instead: ({ validation }: TrainConfig) => (validation === 0 ? "--validation 0" : null),
  })),
  {
    key: "schedule",
    needs: "a --validation for it to follow",
    instead: ({ validation, schedule }) => (validation === 0 && followOf(schedule) !== null ? "--validation 0" : null),
  },
  {
    key: "minDelta",
    needs: "a --patience that it feeds",
    instead: ({ patience }) => (patience === undefined ? "none" : null),
  },
  {
    key: "stopAt",
    needs: "a --validation to reach it on",
    instead: ({ validation, stopAt }) =>
      validation === 0 && stopAt !== undefined && parseGoal(stopAt, "--stop-at").split === "validation"
        ? "--validation 0"
        : null,
  },
  {
    key: "dataFromRoot",
    needs: "several processes, started by mpirun or srun",
    instead: () => (currentCrew() ? null : "one process"),
  },
  {
    key: "overwrite",
    needs: "a folder that --out names",
    instead: ({ out }) => (out === undefined ? "no --out" : writesFiles(out) ? null : "--out none"),
  },
  {
    key: "unfreezeAt",
    needs: "--freeze, for it to end",
    instead: ({ freeze }) => (freeze === undefined ? "no --freeze" : null),
  },
  {
    key: "unfreezeAt",
    needs: "an epoch of the run",
    instead: ({ unfreezeAt = 0, epochs = Infinity }) => (unfreezeAt > epochs ? `${unfreezeAt} of ${epochs}` : null),
  },
  {
    key: "resetHead",
    needs: "--init, whose last layer it leaves out",
    instead: ({ init }) => (init === undefined ? "no --init" : null),
  },
  ...(["checkpointEvery", "keep"] as const).map((key) => ({
    key,
    needs: "a folder that --out names",
    instead: ({ out }: TrainConfig) => (writesFiles(out) ? null : "--out none"),
  })),
  {
    key: "initializer",
    needs: "weights that are drawn",
    instead: ({ init }) => (init === undefined ? null : `--init ${init}, which brings them`),
  },
];

/** Settings of which one alone can hold. */
const exclusive: readonly (readonly [keyof TrainConfig, keyof TrainConfig])[] = [
  ["test", "fold"],
  ["test", "folds"],
  ["fold", "folds"],
  ["seeds", "folds"],
];

/** Whether somebody asked for the value: a default that stands in a file may have been printed into it. */
export const isGiven = (key: keyof TrainConfig, config: TrainConfig, sources: ConfigSources): boolean => {
  const source = sources[key] ?? "default";
  return source === "file" ? !isDefault(key, config[key]) : source !== "default";
};

/** Refuses what cannot be right before anything is loaded. Throws `usageError`. */
export function checkConfig(config: TrainConfig, sources: ConfigSources): void {
  for (const { key, needs, instead } of idle) {
    const got = isGiven(key, config, sources) ? instead(config) : null;
    if (got !== null) throw usageError({ where: field(key).flag, expected: needs, got, fix: "Leave it out." });
  }
  for (const [one, other] of exclusive) {
    if (config[one] === undefined || config[other] === undefined) continue;
    throw usageError({ where: field(one).flag, expected: `no ${field(other).flag} beside it`, got: "both" });
  }
  checkDataSettings(config);
  if (config.augment !== undefined) parseAugmentation(config.augment);
  if (config.stopAt !== undefined) parseGoal(config.stopAt, "--stop-at");
  findMetric(config.select, { where: "--select", what: "a metric of validation" });
  if (config.model !== undefined) checkModel(config.model, config.activation);
}

/** Those of data. */
function checkDataSettings(config: TrainConfig): void {
  const { dataset, imageSize, paper } = config;
  refuseIdle(findDataset(dataset), config);
  if (imageSize !== undefined) parseImageSize(imageSize);
  if (paper !== undefined) parsePaper(paper);
}

/** Several runs are no run. Throws `usageError`. */
export function refuseRepeated({ seeds, folds }: TrainConfig): void {
  if (seeds === undefined && folds === undefined) return;
  const where = seeds === undefined ? "--folds" : "--seeds";
  throw usageError({ where, expected: "a training of several runs", got: "one run", fix: "trainRepeatedly takes it." });
}
