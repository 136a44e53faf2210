/** What is wrong with a configuration before anything is loaded. */
import { field } from "../config/fields.js";
import { parseAugmentation } from "../data/augment/index.js";
import type { ConfigSources, TrainConfig } from "../config/schema.js";
import { findDataset } from "../data/index.js";
import { parseImageSize } from "../data/images/settings.js";
import { usageError } from "../errors.js";
import { findInitializer } from "../nn/initializers.js";
import { findLoss } from "../nn/losses.js";
import { findOptimizer } from "../optim/index.js";
import { checkModel, parseActivation } from "../zoo/index.js";

/** Settings that others leave without effect: given all the same, they would seem to have one. */
const idle: readonly {
  readonly key: keyof TrainConfig;
  readonly needs: string;
  /** What stands there instead, or null where the setting has its effect. */
  readonly instead: (config: TrainConfig) => string | null;
}[] = [
  {
    key: "momentum",
    needs: "--optimizer momentum with it, the only one that uses it",
    instead: ({ optimizer }) => (optimizer === "momentum" ? null : `--optimizer ${optimizer}`),
  },
  ...(["validationSplit", "groupBy"] as const).map((key) => ({
    key,
    needs: "a --validation for it to choose",
    instead: ({ validation }: TrainConfig) => (validation === 0 ? "--validation 0" : null),
  })),
];

/** Whether somebody gave the setting its value. */
export const isGiven = (key: keyof TrainConfig, sources: ConfigSources): boolean =>
  (sources[key] ?? "default") !== "default";

/** Refuses what cannot be right before anything is loaded. Throws `usageError`. */
export function checkConfig(config: TrainConfig, sources: ConfigSources): void {
  for (const { key, needs, instead } of idle) {
    const got = isGiven(key, sources) ? instead(config) : null;
    if (got !== null) throw usageError({ where: field(key).flag, expected: needs, got, fix: "Leave it out." });
  }
  checkImageSettings(config);
  findOptimizer(config.optimizer);
  findLoss(config.loss);
  parseAugmentation(config.augment);
  if (config.initializer !== undefined) findInitializer(config.initializer);
  if (config.activation !== undefined) parseActivation(config.activation);
  if (config.model !== undefined) checkModel(config.model, config.activation);
}

/** `--image-size` and `--channels` would do nothing to a set whose images are what they are. */
function checkImageSettings({ dataset, imageSize, channels }: TrainConfig): void {
  const { ownImages } = findDataset(dataset);
  if (imageSize !== undefined) parseImageSize(imageSize);
  const given = imageSize !== undefined ? "--image-size" : channels !== undefined ? "--channels" : undefined;
  if (ownImages || given === undefined) return;
  throw usageError({ where: given, expected: "a data set of image files, as folder:PATH", got: dataset });
}
