/** Settings of training that programs give to other functions: checked by their one schema. */
import { aFunction, aSwitch, aText, type Check, whole } from "../base/given.js";
import { checkValue } from "./fields.js";
import type { TrainConfig } from "./schema.js";

/** Those of training that mean the same elsewhere. */
export const settings = (...keys: (keyof TrainConfig)[]): Record<string, Check> =>
  Object.fromEntries(keys.map((key) => [key, (value, where) => void checkValue(key, value, where)] as [string, Check]));

/** Those that decide what a data set's name stands for, as `LoadOptions` has them. */
export const loadChecks: Readonly<Record<string, Check>> = {
  ...settings("dataDir", "allowMissing", "imageSize", "fit", "channels", "label", "layout", "order"),
  ...settings("paper", "maximum", "maxMegapixels", "skipBad"),
  cacheDir: aText,
  mapFrom: whole(0),
  unlabelled: aSwitch,
  onEvent: aFunction,
};
