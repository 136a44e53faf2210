/**
 * A range test of the learning rate (Smith 2017, as Gugger 2018 reads it): fresh weights are trained for some updates while
 * the rate rises evenly in its logarithm, and the loss is watched. Where it falls fastest is a good rate to begin with.
 * Nothing of it outlives the test: no weight, no file, no draw of a later run.
 */
import { runError } from "../base/errors.js";
import { aFunction, anObject, aSignal, checkOptions } from "../base/given.js";
import { Engine } from "../engine/engine.js";
import { checkConfig } from "../run/check-config.js";
import { openSession, startingWeights } from "../run/session.js";
import { chooseThreads, worthRanks } from "../run/threads.js";
import { configureFor, penaltiesOf } from "./configure.js";
import type { TrainEvent } from "./events.js";
import { completeOptions, type TrainOptions } from "./options.js";
import { orderOf } from "./order.js";

export interface RatePoint {
  readonly rate: number;
  /** Of the minibatch that the update was made of. */
  readonly loss: number;
  /** Debiased moving average of the losses so far. */
  readonly smoothed: number;
}

export interface FoundRate {
  readonly points: readonly RatePoint[];
  /** Where the smoothed loss falls fastest; null where it never falls. */
  readonly suggestion: number | null;
  /** Where the loss was lowest. */
  readonly lowest: number;
  /** The rate from which the loss was lost; null where the range held no such. */
  readonly diverged: number | null;
}

export type FindRateOptions = Pick<TrainOptions, "config" | "sources" | "onEvent" | "signal">;

/** The range, and how many updates go through it. */
const [lowest, highest, updates] = [1e-7, 10, 120];
/** Of the moving average; and how many times the lowest loss is lost. */
const [keep, lost] = [0.9, 4];

const checks = { config: anObject, sources: anObject, onEvent: aFunction, signal: aSignal };

/** Throws HeddleError. */
export async function findRate(given: FindRateOptions = {}): Promise<FoundRate> {
  checkOptions("findRate", given, checks);
  const options = completeOptions(given);
  const { config, sources } = options;
  checkConfig(config, sources);
  const onEvent = (event: TrainEvent): void => options.onEvent(event);
  const session = await openSession(config, { sources, onEvent });
  const { threads } = chooseThreads(config.threads, sources.threads, worthRanks(session));
  const engine = new Engine(threads, config.backend);
  try {
    configureFor(engine, session);
    engine.setParameters(startingWeights(session).tensors);
    const rates = Array.from({ length: updates }, (_, i) => lowest * (highest / lowest) ** (i / (updates - 1)));
    const losses: number[] = [];
    const order = new Uint32Array(session.train.length);
    const none = { loss: 0, correct: 0, samples: 0 };
    for (let epoch = 0; losses.length < updates && !options.signal?.aborted; epoch++) {
      orderOf(session, epoch, order);
      const before = losses.length;
      const until = Math.min(session.steps, updates - before);
      const { optimizer, lr } = session.config;
      const job = { order, from: 0, until, totals: none, epoch, before, optimizer, lr };
      const [{ steps, halted }] = await engine.train({
        ...job,
        updaters: session.groupsAt(1).updaters,
        rates: rates.slice(before, before + until),
        penalties: penaltiesOf(session.config),
      });
      losses.push(...engine.stepLosses().slice(0, steps));
      if (halted !== null || steps < until) break;
    }
    return rateOf(rates, losses);
  } finally {
    await engine.close();
  }
}

/** What the losses say of the rates that they came with. Throws `runError` where none is a number. */
export function rateOf(rates: readonly number[], losses: readonly number[]): FoundRate {
  const points: RatePoint[] = [];
  let [average, best, diverged] = [0, Infinity, null as number | null];
  for (const [i, loss] of losses.entries()) {
    average = keep * average + (1 - keep) * loss;
    const smoothed = average / (1 - keep ** (i + 1));
    best = Math.min(best, smoothed);
    if (!Number.isFinite(smoothed) || smoothed > lost * best) {
      diverged = rates[i];
      break;
    }
    points.push({ rate: rates[i], loss, smoothed });
  }
  if (diverged === null && losses.length < rates.length) diverged = rates[losses.length];
  if (points.length < 3) {
    const got = "none, from the lowest rate on";
    throw runError({ where: "--find-lr", expected: "losses that are numbers", got, fix: "Look at --standardize." });
  }
  const least = points.reduce((low, point) => (point.smoothed < low.smoothed ? point : low));
  const end = points.indexOf(least);
  // Slope over two neighbors on either side: one minibatch is luck.
  const slopes = points.slice(0, end + 1).map((_, i) => {
    const [left, right] = [points[Math.max(0, i - 2)], points[Math.min(end, i + 2)]];
    return (right.smoothed - left.smoothed) / Math.max(1e-12, Math.log(right.rate / left.rate));
  });
  const steepest = slopes.reduce((low, slope, i) => (slope < slopes[low] ? i : low), 0);
  const falls = points[0].smoothed - least.smoothed > 0.02 * Math.abs(points[0].smoothed);
  return {
    points,
    suggestion: falls ? Number(points[steepest].rate.toPrecision(2)) : null,
    lowest: least.rate,
    diverged,
  };
}
