/** What the flags that name a thing can name, from the registries: for help and for whoever offers a choice. */
import { augmentations } from "../augment/index.js";
import { items } from "../augment/language.js";
import type { Member } from "../base/registry.js";
import { kebab } from "../base/schema-words.js";
import { type Choice, usageOf } from "../base/setting.js";
import { type SettingKind, settingKinds } from "../config/settings.js";
import { datasets, schemes } from "../data/index.js";
import { standardizations } from "../data/standardize.js";
import { metrics } from "../metrics/index.js";
import { layerOfWord } from "../zoo/arrow/parser.js";
import { presets } from "../zoo/index.js";

/** How an option is given, where a flag names it by itself: "--momentum" is one of `--optimizer "sgd momentum=0.9"`. */
export function ownerOfOption(flag: string): string | undefined {
  for (const [key, { choices }] of Object.entries<SettingKind>(settingKinds)) {
    for (const choice of choices) {
      const option = Object.keys(choice.options.shape)
        .map(kebab)
        .find((name) => `--${name}` === flag);
      if (option === undefined) continue;
      const example = choice.examples?.find((sentence) => sentence.includes(option)) ?? usageOf(choice);
      return `It is an option of ${choice.name}: --${key} "${example}".`;
    }
  }
  return undefined;
}

/** Whether a layer of the arrow language begins with the word. */
export const isLayerWord = (word: string): boolean => layerOfWord(word.toLowerCase()) !== undefined;

/** A choice with options shows how it is said. */
export type Listed = Member & Partial<Choice>;

/** By the configuration's key, in the order of help: a heading and what there is. */
export const choicesOf: Readonly<Record<string, { readonly title: string; readonly members: readonly Listed[] }>> = {
  // Sets that files make are named with their path.
  dataset: {
    title: "Data sets",
    members: [...datasets, ...schemes.map(({ name, summary }) => ({ name: `${name}:PATH`, summary }))],
  },
  model: { title: "Models", members: presets },
  activation: { title: "Activations", members: settingKinds.activation.choices },
  initializer: { title: "Initializers", members: settingKinds.initializer.choices },
  optimizer: { title: "Optimizers", members: settingKinds.optimizer.choices },
  schedule: { title: "Schedules", members: settingKinds.schedule.choices },
  loss: { title: "Losses", members: settingKinds.loss.choices },
  augment: { title: "Augmentations", members: [...augmentations, ...items] },
  standardize: { title: "Standardizations", members: standardizations },
  select: { title: "Metrics", members: metrics },
};
