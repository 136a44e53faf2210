/** What a program can ask of a training run. */
import { usageError } from "../base/errors.js";
import { aFunction, anObject, aSignal, aText, check, checkOptions } from "../base/given.js";
import { completeConfig, fields, isDefault } from "../config/fields.js";
import type { ConfigSource, ConfigSources, TrainConfig, TrainConfigInput } from "../config/schema.js";
import type { Dataset } from "../data/dataset.js";
import type { Engine } from "../engine/engine.js";
import { AsPublished } from "../run/as-published.js";
import type { TrainEvent } from "./events.js";

export interface TrainOptions {
  /** What is left out has its default. */
  readonly config?: TrainConfigInput;
  /** Where the values came from, for `run.json`. */
  readonly sources?: ConfigSources;
  /** A run folder: go on with it. Its own configuration holds; of `config` only what a resume may give anew counts. */
  readonly resume?: string;
  /** With `resume`: settings of the experiment that the run goes on with, of those that may change. */
  readonly resumeWith?: TrainConfigInput;
  onEvent?(event: TrainEvent): void;
  /** The engine to train on, where it is not a plain one. */
  readonly engineOf?: (threads: number, backend: TrainConfig["backend"]) => Engine;
  /** The data set as it was read, for a caller who looks at it again: a pipe gives its bytes once. */
  onLoaded?(dataset: Dataset): void;
  /** Mistakes of a source document, made again; `src/repro` alone has the value. */
  readonly asPublished?: AsPublished;
  /** Aborted: finish the step, write the checkpoint, return "stopped". */
  readonly signal?: AbortSignal;
}

export interface GivenOptions extends TrainOptions {
  readonly config: TrainConfig;
  readonly sources: ConfigSources;
  onEvent(event: TrainEvent): void;
}

const trainChecks = {
  config: anObject,
  sources: anObject,
  resume: aText,
  resumeWith: anObject,
  onEvent: aFunction,
  onLoaded: aFunction,
  engineOf: aFunction,
  asPublished: check("nothing: heddle repro alone has it", (value) => value instanceof AsPublished),
  signal: aSignal,
};

/** Checked, and completed by the defaults. Throws `usageError` naming the setting. */
export function completeOptions(given: TrainOptions): GivenOptions {
  checkOptions("train", given, trainChecks);
  const config = completeConfig(given.config ?? {});
  if (given.resumeWith !== undefined && given.resume === undefined) {
    throw usageError({ where: "--resume-with", expected: "--resume RUN beside it", got: "it alone" });
  }
  const program = Object.fromEntries(Object.keys(given.resumeWith ?? {}).map((key) => [key, "program"]));
  const sources = { ...sourcesOf(given.config ?? {}, config), ...program };
  return { sources, onEvent: () => {}, ...given, config };
}

/** A program that gives a default's own value gave nothing. */
function sourcesOf(given: TrainConfigInput, config: TrainConfig): ConfigSources {
  const sourceOf = (key: keyof TrainConfig): ConfigSource =>
    isDefault(key, config[key]) ? "default" : given[key] === undefined ? "environment" : "program";
  return Object.fromEntries(
    fields.filter(({ key }) => config[key] !== undefined).map(({ key }) => [key, sourceOf(key)]),
  );
}
