/** `--resume-with`: settings of the experiment that a run goes on with, though it was begun with others. */
import { usageError } from "../base/errors.js";
import { suggest } from "../base/registry.js";
import { checkValue, field, fields, isField, valueOfText } from "./fields.js";
import { lasting } from "./resumable.js";
import type { TrainConfig, TrainConfigInput } from "./schema.js";

/** What may change: all that steers the updates to come, and lays out no state that a checkpoint has. */
export const changeable = [
  "epochs",
  "lr",
  "schedule",
  "clipValue",
  "clipNorm",
  "l1",
  "maxNorm",
  "labelSmoothing",
  "augment",
] as const satisfies readonly (keyof TrainConfig)[];

const where = "--resume-with";

/**
 * "epochs=20, lr=0.001, schedule=cosine warmup=20": a comma ends a value where `key=` follows; keys as in a file, or as flags
 * without their dashes. Throws `usageError`.
 */
export function parseResumeWith(text: string): TrainConfigInput {
  const settings: Record<string, unknown> = {};
  for (const part of text.split(/,(?=\s*[A-Za-z][A-Za-z0-9-]*=)/)) {
    const [, name, value] = /^\s*([^=\s]+)=(.*?)\s*$/s.exec(part) ?? [];
    if (name === undefined) {
      throw usageError({ where, expected: "settings as in epochs=20,lr=0.001", got: JSON.stringify(part.trim()) });
    }
    const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    if (!isField(key)) {
      const known = fields.map((each) => each.key);
      throw usageError({ where, expected: "a setting of heddle train", got: `"${name}"`, fix: suggest(key, known) });
    }
    if (key in settings) throw usageError({ where, expected: "each setting once", got: `${name} twice` });
    settings[key] = checkValue(key, valueOfText(key, value), `${where}, ${name}`);
  }
  return settings;
}

/** The configuration with the settings changed. Throws `usageError` naming every one that may not be another. */
export function changedConfig(config: TrainConfig, wanted: TrainConfigInput): TrainConfig {
  const checked = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const settings = Object.fromEntries(
    checked.map(([key, value]) => {
      if (isField(key)) return [key, checkValue(key, value, `${where}, ${key}`)];
      throw usageError({ where, expected: "a setting of heddle train", got: `"${key}"` });
    }),
  ) as Partial<TrainConfig>;
  const allowed: readonly string[] = [...changeable, ...lasting];
  const refused = differences(config, settings).filter(({ key }) => !allowed.includes(key));
  if (refused.length > 0) {
    throw usageError({
      where,
      expected: `no other settings than ${allowed.join(", ")}`,
      got: changesText(refused),
      fix: `The run keeps ${refused.map(({ key }) => field(key).flag).join(", ")} as begun; for another start a new run (--init takes weights).`,
    });
  }
  return { ...config, ...settings };
}

/** A setting that is another now. */
export interface Change {
  readonly key: keyof TrainConfig;
  readonly from: unknown;
  readonly to: unknown;
}

/** Where the settings differ from those of `config`. */
export function differences(config: TrainConfig, settings: Partial<TrainConfig>): Change[] {
  const keys = Object.keys(settings) as (keyof TrainConfig)[];
  const changes = keys.map((key) => ({ key, from: config[key], to: settings[key] }));
  return changes.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

const shown = (value: unknown): string => {
  if (value === undefined) return "none";
  if (value === null || typeof value !== "object" || !("name" in value))
    return typeof value === "string" ? value : JSON.stringify(value);
  const { name, ...options } = value as Readonly<Record<string, unknown>>;
  return [name, ...Object.entries(options).map(([key, option]) => `${key}=${String(option)}`)].join(" ");
};

/** "epochs 10 → 20, lr 0.1 → 0.01" */
export const changesText = (changes: readonly Change[]): string =>
  changes.map(({ key, from, to }) => `${key} ${shown(from)} → ${shown(to)}`).join(", ");
