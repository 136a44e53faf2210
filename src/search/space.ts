/**
 * What a search goes over: settings with the values each can take.
 *
 *   lr: {log: [0.0001, 0.1]}              evenly in the logarithm; both ends possible
 *   labelSmoothing: {range: [0, 0.2]}     evenly
 *   batchSize: [32, 64, 128]              one of these
 *   optimizer.momentum: {values: [0, 0.9], when: {optimizer: sgd}}
 *
 * A setting with `when` is there where the others have those values; elsewhere it neither shows nor counts.
 */
import { usageError } from "../base/errors.js";
import { plainName, suggest } from "../base/registry.js";
import { shown } from "../base/schema-words.js";
import { readSetting, type Setting } from "../base/setting.js";
import { checkValue, field, fields, isDefault, isField } from "../config/fields.js";
import { type TrainConfig, trainConfigSchema } from "../config/schema.js";
import { isSettingKey, settingKinds } from "../config/settings.js";

/** What the settings of a trial are, by their keys as the file has them: of those alone that apply. */
export type Values = Readonly<Record<string, unknown>>;

export interface Axis {
  readonly key: string;
  readonly domain:
    | { readonly kind: "values"; readonly values: readonly unknown[] }
    | {
        readonly kind: "range" | "log";
        readonly low: number;
        readonly high: number;
        /** The setting takes whole numbers. */
        readonly whole: boolean;
        /** How many of them a grid takes. */
        readonly points: number | null;
      };
  /** The settings it depends on, and the values of each with which it applies; empty: always. */
  readonly when: readonly { readonly key: string; readonly values: readonly unknown[] }[];
}

export interface Space {
  /** Each after those that it depends on. */
  readonly axes: readonly Axis[];
  readonly base: Values;
}

/** Where a path of keys stands in the file, for errors. */
export type Place = (path: readonly (string | number)[]) => string;

/** Settings that are no part of an experiment: of the machine, or of where a run writes. */
const apart = ["out", "overwrite", "seeds", "folds", "threads", "backend", "dataDir", "tensorboard", "csv"];

/** Throws `usageError` naming the place. */
export function readSpace(given: unknown, base: Values, at: Place): Space {
  if (!isObject(given)) throw usageError({ where: at(["space"]), expected: "settings with values", got: shown(given) });
  const axes = Object.entries(given).map(([key, value]) => readAxis(key, value, base, at));
  if (axes.length === 0) throw usageError({ where: at(["space"]), expected: "a setting at least", got: "none" });
  const sorted: Axis[] = [];
  for (let left = axes; left.length > 0; ) {
    const waits = (axis: Axis): boolean =>
      axis.when.some(({ key }) => left.some((other) => other !== axis && other.key === key));
    const ready = left.filter((axis) => !waits(axis));
    if (ready.length === 0) {
      const where = at(["space", left[0].key]);
      throw usageError({ where, expected: "conditions that lead somewhere", got: "settings that wait for each other" });
    }
    sorted.push(...ready);
    left = left.filter(waits);
  }
  // The order of the file, as far as conditions let it.
  return { axes: sorted, base };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readAxis(key: string, given: unknown, base: Values, at: Place): Axis {
  const place: Place = (rest) => `${at(["space", key, ...rest])} (${key})`;
  checkKey(key, place([]));
  const forms = ["values", "range", "log"] as const;
  const said = Array.isArray(given) ? { values: given as unknown } : given;
  const form = isObject(said) ? forms.filter((name) => name in said) : [];
  if (!isObject(said) || form.length !== 1) {
    const expected = "[a, b, …], {values: […]}, {range: [a, b]} or {log: [a, b]}";
    throw usageError({ where: place([]), expected, got: shown(given) });
  }
  for (const word of Object.keys(said)) {
    if ([...form, "when", ...(form[0] === "values" ? [] : ["points"])].includes(word)) continue;
    const fix = suggest(word, [...forms, "when", "points"]);
    throw usageError({ where: place([word]), expected: "values, range or log, and when", got: word, fix });
  }
  const when = readWhen(said["when"], place);
  const list = said[form[0]];
  if (!Array.isArray(list) || list.length === 0) {
    throw usageError({ where: place([form[0]]), expected: "a list in brackets", got: shown(list) });
  }
  if (form[0] === "values") {
    for (const [i, value] of list.entries()) {
      checkSetting(key, value, place(Array.isArray(given) ? [i] : ["values", i]), when, base);
    }
    return { key, when, domain: { kind: "values", values: list } };
  }
  const [low, high] = list as unknown[];
  const least = form[0] === "log" ? "two numbers above 0, the lower first" : "two numbers, the lower first";
  const real = list.length === 2 && typeof low === "number" && typeof high === "number" && Number.isFinite(high - low);
  if (!real || low > high || (form[0] === "log" && low <= 0)) {
    throw usageError({ where: place([form[0]]), expected: least, got: shown(list) });
  }
  for (const [i, end] of [low, high].entries()) checkSetting(key, end, place([form[0], i]), when, base);
  const between = low + 0.3819660113 * (high - low);
  const whole = !takes(key, between, when, base) || (low === high && Number.isInteger(low));
  const { points = null } = said;
  if (points !== null && !(Number.isInteger(points) && Number(points) >= 2)) {
    throw usageError({ where: place(["points"]), expected: "a whole number of at least 2", got: shown(points) });
  }
  return { key, when, domain: { kind: form[0], low, high, whole, points: points as number | null } };
}

/** "lr", or an option of a setting: "optimizer.momentum". */
function checkKey(key: string, where: string): void {
  const [outer, option, ...more] = key.split(".");
  const known = fields.map((each) => each.key as string).filter((name) => !apart.includes(name));
  if (!known.includes(outer) || more.length > 0) {
    throw usageError({ where, expected: "a setting of heddle train", got: key, fix: suggest(outer, known) });
  }
  if (option === undefined) return;
  const options = isSettingKey(outer) ? optionsOf(outer) : [];
  if (options.some((name) => plainName(name) === plainName(option))) return;
  const expected = isSettingKey(outer) ? `an option of ${settingKinds[outer].what}` : `${outer}, which has no options`;
  throw usageError({ where, expected, got: key, ...(options.length > 0 && { fix: suggest(option, options) }) });
}

const optionsOf = (key: keyof typeof settingKinds): string[] => [
  ...new Set(settingKinds[key].choices.flatMap(({ options }) => Object.keys(options.shape))),
];

function readWhen(given: unknown, place: Place): Axis["when"] {
  if (given === undefined) return [];
  if (!isObject(given)) {
    throw usageError({ where: place(["when"]), expected: "{setting: value}", got: shown(given) });
  }
  return Object.entries(given).map(([key, value]) => {
    checkKey(key, place(["when", key]));
    const values = Array.isArray(value) ? (value as unknown[]) : [value];
    // A name that nothing has would be a condition that never holds.
    if (isSettingKey(key)) {
      for (const one of values)
        readSetting(settingKinds[key].choices, one, { where: place(["when", key]), what: settingKinds[key].what });
    } else if (isField(key)) for (const one of values) checkValue(key, one, place(["when", key]));
    return { key, values };
  });
}

/** Whether the setting can have the value; of an option, with one of the things that have the option. Throws `usageError`. */
function checkSetting(key: string, value: unknown, where: string, when: Axis["when"], base: Values): void {
  const [outer, option] = key.split(".");
  if (option === undefined) {
    checkValue(outer as keyof TrainConfig, value, where);
    return;
  }
  if (!isSettingKey(outer)) return;
  const { choices, what } = settingKinds[outer];
  const named = when
    .find((each) => each.key === outer)
    ?.values.map((one) => readSetting(choices, one, { where, what }).name);
  const owners = choices.filter(
    ({ name, options }) =>
      (!named || named.includes(name)) &&
      Object.keys(options.shape).some((word) => plainName(word) === plainName(option)),
  );
  const [owner = choices[0]] = owners;
  const begun = base[outer] === undefined ? undefined : readSetting(choices, base[outer], { where, what });
  const of = begun?.name === owner.name ? begun : readSetting(choices, owner.name, { where, what });
  withOption(outer, of, option, value, where);
}

function takes(key: string, value: number, when: Axis["when"], base: Values): boolean {
  try {
    checkSetting(key, value, "", when, base);
    return true;
  } catch {
    return false;
  }
}

function withOption(
  outer: keyof typeof settingKinds,
  setting: Setting,
  option: string,
  value: unknown,
  where: string,
): Setting {
  const known = Object.keys(setting).find((word) => plainName(word) === plainName(option)) ?? option;
  const { choices, what } = settingKinds[outer];
  return readSetting(choices, { ...setting, [known]: value }, { where, what });
}

/** The configuration of a trial: what all have in common, then the trial's own. Throws `usageError` naming the setting. */
export function configOf(base: Values, values: Values, where: string): Record<string, unknown> {
  const config: Record<string, unknown> = { ...base };
  const entries = Object.entries(values);
  for (const [key, value] of entries) if (!key.includes(".")) config[key] = value;
  for (const [key, value] of entries) {
    const [outer, option] = key.split(".");
    if (option === undefined || !isSettingKey(outer)) continue;
    config[outer] = withOption(outer, settingOf(outer, config), option, value, `${where}, ${key}`);
  }
  return config;
}

function settingOf(key: keyof typeof settingKinds, config: Values): Setting {
  const { choices, what } = settingKinds[key];
  const given = config[key] ?? field(key).default;
  if (given !== undefined) return readSetting(choices, given, { where: key, what });
  throw usageError({ where: key, expected: `${what}, where an option of it is searched`, got: "none" });
}

/** Whether a condition holds, with what has been chosen so far. */
function holds(space: Space, { key, values }: Axis["when"][number], chosen: Values): boolean {
  if (space.axes.some((axis) => axis.key === key) && !(key in chosen)) return false;
  const [outer, option] = key.split(".");
  if (!isSettingKey(outer)) {
    const value = chosen[outer] ?? space.base[outer] ?? field(outer as keyof TrainConfig).default;
    return (
      values.some((one) => same(one, value)) ||
      (value === undefined && values.some((one) => isDefault(outer as keyof TrainConfig, one)))
    );
  }
  const { choices, what } = settingKinds[outer];
  const setting = settingOf(outer, configOf(space.base, chosen, "space"));
  if (option !== undefined) {
    const known = Object.keys(setting).find((word) => plainName(word) === plainName(option));
    return known !== undefined && values.some((one) => same(one, setting[known]));
  }
  // A bare name means the thing with whatever options; a sentence means its own.
  return values.some((one) =>
    typeof one === "string" && !/[\s:]/.test(one.trim())
      ? readSetting(choices, one, { where: key, what }).name === setting.name
      : same(readSetting(choices, one, { where: key, what }), setting),
  );
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether a setting applies to a trial, by what its others are. */
export const applies = (space: Space, axis: Axis, chosen: Values): boolean =>
  axis.when.every((condition) => holds(space, condition, chosen));

/** The settings that trials cannot differ in. */
export const isApart = (key: string): boolean => apart.includes(key) && key in trainConfigSchema.shape;
