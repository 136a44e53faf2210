/** The keys of the configuration that name one thing of a registry, with its options. */
import type { Choice } from "../base/setting.js";
import { losses } from "../losses/index.js";
import { initializers } from "../nn/initializers/index.js";
import { optimizers } from "../optim/index.js";
import { schedules } from "../optim/schedules/index.js";
import { activations } from "../zoo/activations.js";

export interface SettingKind {
  readonly choices: readonly Choice[];
  /** For errors: "an optimizer". */
  readonly what: string;
}

export const settingKinds = {
  activation: { choices: activations, what: "an activation" },
  initializer: { choices: initializers, what: "an initializer" },
  optimizer: { choices: optimizers, what: "an optimizer" },
  schedule: { choices: schedules, what: "a schedule" },
  loss: { choices: losses, what: "a loss" },
} as const satisfies Record<string, SettingKind>;

export type SettingKey = keyof typeof settingKinds;
export const isSettingKey = (key: string): key is SettingKey => Object.hasOwn(settingKinds, key);
