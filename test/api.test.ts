/** The public API as programs see it: its types are checked when this file compiles, and its promises here. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  evaluate,
  HeddleError,
  metrics,
  openPredictor,
  type Predictor,
  predict,
  type Score,
  sgemm,
  summarize,
  type TrainEvent,
  type TrainOptions,
  type TrainOutcome,
  type TrainResult,
  train,
} from "../src/index.js";

/** Compiles where the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(yes: Same<A, B>): void => assert.ok(yes);

test("functions that load when called keep their types", () => {
  same<Parameters<typeof train>[0], TrainOptions | undefined>(true);
  same<Awaited<ReturnType<typeof train>>, TrainOutcome>(true);
  same<ReturnType<typeof openPredictor>, Predictor>(true);
  same<Awaited<ReturnType<typeof evaluate>>["score"], Score>(true);
  same<TrainResult["test"], Score | null>(true);
  same<ReturnType<typeof sgemm>, Float32Array>(true);
  same<Awaited<ReturnType<typeof predict>>["predictions"][number]["probabilities"] extends object ? true : false, true>(
    true,
  );
  // A setting is a sentence or an object; a number is neither.
  const options: TrainOptions = { config: { optimizer: "adam", schedule: { name: "constant", warmup: 3 } } };
  // @ts-expect-error: a number is no optimizer
  const wrong: TrainOptions = { config: { optimizer: 3 } };
  assert.ok(options.config && wrong.config);
});

test("an outcome tells by its status what it holds", () => {
  const read = (outcome: TrainOutcome): number | string =>
    outcome.status === "done" ? (outcome.result.test?.values["accuracy"] ?? 0) : (outcome.run ?? "");
  const seen = (event: TrainEvent): Score | null => (event.kind === "epoch" ? event.validation : null);
  assert.equal(typeof read, typeof seen);
});

test("what a program gets wrong is a HeddleError with the exit code of the command line", async () => {
  const wrong = { config: { optimizer: "nothing" } };
  await assert.rejects(train(wrong), (error) => error instanceof HeddleError && error.exitCode === 2);
  await assert.rejects(summarize("no-such-net"), { name: "HeddleError", kind: "usage" });
  assert.ok(metrics.length > 0);
});

test("a program's errors name settings by their keys, not by flags", async () => {
  await assert.rejects(train({ config: { model: "nope" } }), { message: /^model: expected a net by name/ });
  await assert.rejects(train({ config: { validation: 0, validationSplit: "sequential" } }), {
    message: /^validationSplit: expected a validation for it to choose by, got validation 0/,
  });
});
