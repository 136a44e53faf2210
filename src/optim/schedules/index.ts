/** The registry of schedules, and the warm-up that each may have before it. */
import { z } from "zod";
import { usageError } from "../../base/errors.js";
import { pick } from "../../base/registry.js";
import { readSetting, type Setting } from "../../base/setting.js";
import { lengthSchema, updatesOf } from "../length.js";
import { constant } from "./constant.js";
import { cosine } from "./cosine.js";
import { exponential } from "./exponential.js";
import { multistep } from "./multistep.js";
import { oneCycle } from "./one-cycle.js";
import { plateau } from "./plateau.js";
import { polynomial } from "./polynomial.js";
import type { Beats, Followed, RunLength, Schedule } from "./schedule.js";
import { step } from "./step.js";
import { triangular } from "./triangular.js";

const members = [
  constant,
  step,
  multistep,
  exponential,
  cosine,
  oneCycle,
  polynomial,
  triangular,
  plateau,
] as unknown as readonly Schedule[];

const warmup = lengthSchema.default(0).meta({ description: "updates over which the rate rises first: 20, 1epoch" });

/** Each takes a warm-up beside its own options. */
export const schedules: readonly Schedule[] = members.map((schedule) => ({
  ...schedule,
  options: schedule.options.extend({ warmup }),
}));

const wanted = { where: "schedule", what: "a schedule" };
const optionsSchema = z.looseObject({ warmup });

/** What an update t = 0, 1, … is made with. */
export interface Course {
  readonly rate: (t: number) => number;
  /** Undefined where the schedule leaves the optimizer's own. */
  readonly momentum: (t: number) => number | undefined;
}

/**
 * First W updates of warm-up at base (t + 1) / (W + 1), then the schedule's curve over the rest; momentum waits at the
 * curve's first. Throws `usageError` where the warm-up is as long as the run.
 */
export function courseOf(setting: string | Setting, base: number, length: RunLength): Course {
  const { name, ...options } = readSetting(schedules, setting, wanted);
  const schedule = pick(schedules, name, wanted);
  const rising = updatesOf(optionsSchema.parse(options).warmup, length);
  if (rising > 0 && rising >= length.updates) {
    throw usageError({
      where: "--schedule, warmup",
      expected: `fewer updates than the run's ${length.updates}`,
      got: `${rising}`,
    });
  }
  const rest = { ...length, updates: length.updates - rising };
  return {
    rate: (t) => base * (t < rising ? (t + 1) / (rising + 1) : schedule.factor(t - rising, rest, options)),
    momentum: (t) => schedule.momentum?.(Math.max(0, t - rising), rest, options),
  };
}

/** The rates of `courseOf`. */
export const rateOf = (setting: string | Setting, base: number, length: RunLength): ((t: number) => number) =>
  courseOf(setting, base, length).rate;

/** What a schedule makes of an epoch's value of validation; null where it follows none. */
export function followOf(
  setting: string | Setting,
): ((before: Followed, value: number | null, beats: Beats) => Followed) | null {
  const { name, ...options } = readSetting(schedules, setting, wanted);
  const schedule = pick(schedules, name, wanted);
  return schedule.follow ? (...of) => schedule.follow!(...of, options) : null;
}
