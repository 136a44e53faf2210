/** A score: what was measured, of what. No number of a model is said without its split. */

export const splitNames = ["train", "validation", "test"] as const;
export type SplitName = (typeof splitNames)[number];
export const weightNames = ["best", "last", "running"] as const;

export interface ScoreContext {
  /** `all`: every image of a set that has no splits. */
  readonly split: SplitName | "all";
  /** The epoch, from 1, after which the weights were so; null where the model file does not say. */
  readonly epoch: number | null;
  /** `best` and `last` weights of the run, or `running`: while they moved, over an epoch. */
  readonly weights: (typeof weightNames)[number];
  /** The weights are a moving average. */
  readonly averaged: boolean;
  /** Images were changed at random before they were measured. */
  readonly augmented: boolean;
  readonly samples: number;
}

export interface Score extends ScoreContext {
  /** By the metrics' names; null where one is not defined. */
  readonly values: Readonly<Record<string, number | null>>;
}

/** What an epoch gave. */
export interface Measured {
  /** Running means over the epoch, while the weights moved. */
  readonly train: Score | null;
  readonly validation: Score | null;
}

/** A score as JSON has it: metrics beside their context, dotted names as objects. */
export const scoreDocument = ({ values, ...context }: Score): Readonly<Record<string, unknown>> => ({
  ...nested(values),
  ...context,
});

/** The entry of a metric's name in a document that `nested` made; undefined where it has none. */
export function entryOf(document: Readonly<Record<string, unknown>>, name: string): unknown {
  const [outer, inner] = name.split(".");
  const entry = document[outer];
  return inner === undefined ? entry : (entry as Readonly<Record<string, unknown>> | null | undefined)?.[inner];
}

/** Dotted names as objects. */
export function nested(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const document: Record<string, unknown> = { ...values };
  for (const name of Object.keys(values).filter((key) => key.includes("."))) {
    const [outer, inner] = name.split(".");
    document[outer] = { ...(document[outer] as object | undefined), [inner]: values[name] };
    delete document[name];
  }
  return document;
}
