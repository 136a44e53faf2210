/**
 * The search file: what all trials have in common (`base`), what they differ in (`space`, or `variants` by name), and how
 * trials are chosen (`strategy` with its options). Everything is checked before the first trial.
 */
import { isMap } from "yaml";
import { usageError } from "../base/errors.js";
import { lookUp, suggest } from "../base/registry.js";
import { shown } from "../base/schema-words.js";
import { readSetting, type Setting } from "../base/setting.js";
import { checkValue, completeConfig, fields, isField } from "../config/fields.js";
import type { TrainConfig, TrainConfigInput } from "../config/schema.js";
import { readYaml } from "../config/yaml.js";
import { findMetric } from "../metrics/index.js";
import type { Metric } from "../metrics/metric.js";
import { checkConfig } from "../run/check-config.js";
import { configOf, isApart, type Place, readSpace, type Values } from "./space.js";
import { strategies } from "./strategies/index.js";
import type { Strategy } from "./strategies/strategy.js";

export interface PlannedTrial {
  /** From 1. */
  readonly trial: number;
  /** Of a variant. */
  readonly name: string | null;
  /** What it differs in, by the keys of the file. */
  readonly values: Values;
  /** All that it is told; the rest has defaults. */
  readonly config: TrainConfigInput;
}

export interface SearchPlan {
  /** Null where the trials are variants. */
  readonly strategy: Setting | null;
  readonly seed: number;
  /** The metric of validation by which trials are compared. */
  readonly metric: Metric;
  readonly base: Values;
  readonly trials: readonly PlannedTrial[];
  /** The file as it was read: what a search that goes on must be of. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** A search file, or the same as an object. Throws `usageError` with file, line and column. */
export async function readPlan(source: string | Readonly<Record<string, unknown>>): Promise<SearchPlan> {
  if (typeof source !== "string") return planOf(source, (path) => ["search", ...path].join("."));
  const { document, at, plain } = await readYaml(source, "search");
  const given = isMap(document.contents) ? plain(document.contents, source) : null;
  return planOf(given, at);
}

const ownKeys = ["base", "space", "variants", "strategy", "seed"] as const;

export function planOf(source: unknown, at: Place): SearchPlan {
  if (!isObject(source)) {
    throw usageError({ where: at([]), expected: "base, and space or variants", got: shown(source) });
  }
  const { base = {}, space, variants, strategy, seed = 0, ...options } = source;
  checkSettings(base, ["base"], at);
  if (!(Number.isSafeInteger(seed) && Number(seed) >= 0)) {
    throw usageError({ where: at(["seed"]), expected: "a whole number of at least 0", got: shown(seed) });
  }
  if ((space === undefined) === (variants === undefined)) {
    const got = space === undefined ? "neither" : "both";
    throw usageError({ where: at(space === undefined ? [] : ["variants"]), expected: "space or variants", got });
  }
  const common = base as Values;
  const chosen = space === undefined ? null : readStrategy(strategy, options, at);
  if (!chosen) {
    const [stray] = [...(strategy === undefined ? [] : ["strategy"]), ...Object.keys(options)];
    if (stray !== undefined) {
      const fix = suggest(stray, ["base", "variants"]);
      throw usageError({ where: at([stray]), expected: "base and variants alone", got: stray, fix });
    }
  }
  const drafts = chosen ? drawn(chosen, readSpace(space, common, at), Number(seed)) : named(variants, common, at);
  const trials = drafts.map((draft, i) => ({ ...draft, trial: i + 1 }));
  const configs = trials.map(({ trial, config }) => checked(config, `${at([])}, trial ${trial}`));
  const select = configs[0].select;
  const odd = configs.findIndex((config) => config.select !== select);
  if (odd >= 0) {
    const got = `${select} and ${configs[odd].select}`;
    throw usageError({ where: at([]), expected: "one metric (select) for all trials", got });
  }
  const metric = findMetric(select);
  return { strategy: chosen?.setting ?? null, seed: Number(seed), metric, base: common, trials, given: source };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkSettings(given: unknown, path: readonly (string | number)[], at: Place): void {
  if (!isObject(given)) throw usageError({ where: at(path), expected: "settings with values", got: shown(given) });
  for (const [key, value] of Object.entries(given)) {
    const where = `${at([...path, key])} (${key})`;
    if (!isField(key)) {
      const known = fields.map((each) => each.key).filter((name) => !isApart(name));
      throw usageError({ where, expected: "a setting of heddle train", got: key, fix: suggest(key, known) });
    }
    if (isApart(key) && !["threads", "backend", "dataDir"].includes(key)) {
      throw usageError({ where, expected: "settings that a trial may have", got: key, fix: "Leave it out." });
    }
    checkValue(key, value, where);
  }
}

function readStrategy(given: unknown, options: Values, at: Place): { strategy: Strategy; setting: Setting } {
  const name = given === undefined ? "random" : given;
  const sentence = typeof name === "string" ? name : "";
  const strategy = lookUp(strategies, sentence.trim().split(/\s+/)[0]);
  if (!strategy) {
    const names = strategies.map((each) => each.name);
    throw usageError({
      where: at(["strategy"]),
      expected: "a strategy",
      got: shown(given),
      fix: suggest(sentence, names),
    });
  }
  for (const key of Object.keys(options)) {
    if (Object.hasOwn(strategy.options.shape, key)) continue;
    const known = [...ownKeys, ...Object.keys(strategy.options.shape)];
    const expected = `a key of a search, or an option of ${strategy.name}`;
    throw usageError({ where: at([key]), expected, got: key, fix: suggest(key, known) });
  }
  const said = readSetting(strategies, sentence, { where: at(["strategy"]), what: "a strategy" });
  const stray = Object.entries(options);
  const where = stray.length > 0 ? at([stray[0][0]]) : at(["strategy"]);
  const setting = readSetting(strategies, { ...said, ...options }, { where, what: "a strategy" });
  return { strategy, setting };
}

type Draft = Omit<PlannedTrial, "trial">;

function drawn(
  { strategy, setting }: { strategy: Strategy; setting: Setting },
  space: ReturnType<typeof readSpace>,
  seed: number,
): Draft[] {
  const trials = [...strategy.trials(space, setting, seed)];
  return trials.map((values, i) => ({
    name: null,
    values,
    config: configOf(space.base, values, `trial ${i + 1}`),
  }));
}

function named(variants: unknown, base: Values, at: Place): Draft[] {
  if (!Array.isArray(variants) || variants.length === 0) {
    throw usageError({ where: at(["variants"]), expected: "a list of {name, settings}", got: shown(variants) });
  }
  const names = new Set<string>();
  return variants.map((variant: unknown, i) => {
    if (!isObject(variant) || typeof variant["name"] !== "string" || variant["name"] === "") {
      const where = at(["variants", i]);
      throw usageError({ where, expected: "settings with a name", got: shown(variant) });
    }
    const { name, ...values } = variant as { name: string };
    if (names.has(name)) {
      throw usageError({ where: at(["variants", i, "name"]), expected: "another name than those before", got: name });
    }
    names.add(name);
    const plain = Object.fromEntries(Object.entries(values).filter(([key]) => !key.includes(".")));
    checkSettings(plain, ["variants", i], (path) => at(path[0] === "variants" ? path : ["variants", i, ...path]));
    return { name, values, config: configOf(base, values, at(["variants", i])) };
  });
}

/** The configuration complete; what is wrong with it names the trial. Throws `usageError`. */
function checked(config: TrainConfigInput, where: string): TrainConfig {
  try {
    const complete = completeConfig(config);
    const given = Object.keys(config).map((key) => [key, "program"] as const);
    checkConfig(complete, Object.fromEntries(given));
    if (complete.validation !== 0) return complete;
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw usageError({ where, expected: "settings that go together", got: `an error (${cause.message})`, cause });
  }
  throw usageError({
    where,
    expected: "a validation split to compare by",
    got: "validation 0",
    fix: "Give it a share.",
  });
}
