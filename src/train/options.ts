/** What a program can ask of a training run. */
import { completeConfig, fields } from "../config/fields.js";
import type { ConfigSources, TrainConfig, TrainConfigInput } from "../config/schema.js";
import type { TrainEvent } from "./events.js";

export interface TrainOptions {
  /** What is left out has its default. */
  readonly config?: TrainConfigInput;
  /** Where the values came from, for `run.json`. */
  readonly sources?: ConfigSources;
  /** A run folder: go on with it. Its own configuration holds; of `config` only threads, backend and dataDir count. */
  readonly resume?: string;
  onEvent?(event: TrainEvent): void;
  /** Aborted: finish the step, write the checkpoint, return "stopped". */
  readonly signal?: AbortSignal;
}

export interface GivenOptions extends TrainOptions {
  readonly config: TrainConfig;
  readonly sources: ConfigSources;
  onEvent(event: TrainEvent): void;
}

/** Checked, and completed by the defaults. Throws `usageError` naming the setting. */
export function completeOptions(given: TrainOptions): GivenOptions {
  const config = completeConfig(given.config ?? {});
  return { sources: sourcesOf(config), onEvent: () => {}, ...given, config };
}

/** A program that gives a default's own value gave nothing. */
function sourcesOf(config: TrainConfig): ConfigSources {
  return Object.fromEntries(
    fields
      .filter(({ key }) => config[key] !== undefined)
      .map((field) => [field.key, config[field.key] === field.default ? "default" : "program"]),
  );
}
