/** A run's course, from the lines of its metrics: what learning curves are drawn from. */
import { z } from "zod";
import { metrics } from "../metrics/index.js";
import { entryOf } from "../metrics/score.js";
import type { MetricsLine } from "../run/metrics-file.js";

/** Metrics by their names; null where one is not defined, or was not a number. */
type Values = Readonly<Record<string, number | null>>;

export interface EpochPoint {
  /** From 1. */
  readonly epoch: number;
  /** Running means over the epoch, while the weights moved. */
  readonly train: Values;
  readonly trainSamples: number;
  /** After the epoch; null without a validation split. */
  readonly validation: Values | null;
  readonly validationSamples: number;
  readonly lr: number | null;
  readonly seconds: number | null;
}

export interface BatchPoint {
  /** Epochs that had passed by then, in parts: the middle of what it is the mean of. */
  readonly at: number;
  readonly loss: number | null;
}

export interface History {
  readonly epochs: readonly EpochPoint[];
  /** The loss of minibatches before their update: of each where the run logged its steps, else means over parts of an epoch. */
  readonly batches: readonly BatchPoint[];
  /** Training images were changed at random. */
  readonly augmented: boolean;
}

const values = z.looseObject({ samples: z.number(), augmented: z.boolean().default(false) });
const epochLine = z.looseObject({
  epoch: z.number(),
  train: values,
  validation: values.nullable(),
  lr: z.number().nullable().default(null),
  seconds: z.number().nullable().default(null),
  batchLoss: z.array(z.number().nullable()).default([]),
});
const stepLine = z.looseObject({ epoch: z.number(), step: z.number(), loss: z.number().nullable() });

/** The line of an epoch that stands later in the file holds: a resume may have written it again. */
export function historyOf(lines: readonly MetricsLine[], stepsPerEpoch: number): History {
  const epochs = new Map<number, EpochPoint>();
  const batches = new Map<number, BatchPoint>();
  const parts = new Map<number, BatchPoint>();
  let augmented = false;
  for (const line of lines) {
    if (line.kind === "epoch") {
      const parsed = epochLine.safeParse(line);
      if (!parsed.success) continue;
      const { epoch, train, validation, lr, seconds, batchLoss } = parsed.data;
      for (const [i, loss] of batchLoss.entries()) {
        const at = epoch - 1 + (i + 0.5) / batchLoss.length;
        parts.set(at, { at, loss });
      }
      augmented ||= train.augmented;
      epochs.set(epoch, {
        epoch,
        train: valuesOf(train),
        trainSamples: train.samples,
        validation: validation && valuesOf(validation),
        validationSamples: validation?.samples ?? 0,
        lr,
        seconds,
      });
    } else if (line.kind === "step") {
      const parsed = stepLine.safeParse(line);
      if (!parsed.success) continue;
      const { epoch, step, loss } = parsed.data;
      const at = epoch - 1 + (step - 0.5) / stepsPerEpoch;
      batches.set(at, { at, loss });
    }
  }
  const ascending = <T>(points: Map<number, T>): T[] => [...points].sort(([a], [b]) => a - b).map(([, point]) => point);
  return { epochs: ascending(epochs), batches: thinned(ascending(batches.size > 0 ? batches : parts)), augmented };
}

function valuesOf(score: Readonly<Record<string, unknown>>): Values {
  const known = metrics.flatMap(({ name }) => {
    const value = entryOf(score, name);
    return value === undefined ? [] : [[name, typeof value === "number" ? value : null] as const];
  });
  return Object.fromEntries(known);
}

/** More points than a chart has pixels say nothing more: means of neighbors. */
const drawnAtMost = 600;

function thinned(points: readonly BatchPoint[]): BatchPoint[] {
  const each = Math.ceil(points.length / drawnAtMost);
  if (each <= 1) return [...points];
  return Array.from({ length: Math.ceil(points.length / each) }, (_, i) => {
    const part = points.slice(i * each, (i + 1) * each);
    const known = part.flatMap(({ loss }) => (loss === null ? [] : [loss]));
    const at = part.reduce((sum, point) => sum + point.at, 0) / part.length;
    return { at, loss: known.length > 0 ? known.reduce((sum, loss) => sum + loss, 0) / known.length : null };
  });
}

/** Debiased exponential smoothing: the first value as it is, gaps stay gaps and do not count. */
export function smoothed(series: readonly (number | null)[], weight: number): (number | null)[] {
  let [mean, share] = [0, 0];
  return series.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    mean = weight * mean + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return mean / share;
  });
}
