/** A training as an iterator of its epochs. */
import { aFunction, anObject, aSignal } from "../base/given.js";
import type { TrainConfigInput } from "../config/schema.js";
import type { EpochLine, TrainOutcome } from "../train/events.js";
import { type ReportedOptions, train } from "./after-training.js";

export type EpochEvent = EpochLine & { readonly best: boolean };

/**
 * Trains while its epochs are asked for; the iterator's return value is the outcome. Training does not wait for whoever
 * looks at an epoch. Leaving the loop stops the run after its step, with a checkpoint in its folder. Throws HeddleError.
 */
export async function* trainEpochs(
  config: TrainConfigInput,
  options: Omit<ReportedOptions, "config"> = {},
): AsyncGenerator<EpochEvent, TrainOutcome> {
  anObject(options, "trainEpochs, options");
  if (options.signal !== undefined) aSignal(options.signal, "trainEpochs, signal");
  if (options.onEvent !== undefined) aFunction(options.onEvent, "trainEpochs, onEvent");
  const stop = new AbortController();
  const waiting: EpochEvent[] = [];
  let wake: () => void = () => undefined;
  const running = train(config, {
    ...options,
    signal: options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal,
    onEvent(event) {
      options.onEvent?.(event);
      if (event.kind === "epoch") waiting.push(event);
      wake();
    },
  });
  let over = false;
  const ended = running.then(
    () => undefined,
    () => undefined,
  );
  void ended.then(() => {
    over = true;
    wake();
  });
  try {
    for (;;) {
      const next = waiting.shift();
      if (next) yield next;
      else if (over) return await running;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (over || waiting.length > 0) resolve();
        });
      }
    }
  } finally {
    stop.abort();
    await ended;
  }
}
