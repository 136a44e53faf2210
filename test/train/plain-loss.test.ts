/** The loss that stands beside that of validation is the plain one, whatever is minimized; the objective is named apart. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { evaluate } from "../../src/inference/evaluate.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { configOf, run, type Settings, temporaryFolder } from "../engine/runs.js";

/** The first epoch's line, of weights that hardly move. */
async function firstEpoch(settings: Settings): Promise<{ loss: number; objective: number | undefined }> {
  let found: { loss: number; objective: number | undefined } | undefined;
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "epoch") found = { loss: event.train.values["loss"]!, objective: event.objective };
  };
  const still = { subset: 300, epochs: 1, lr: 1e-12, batchSize: 64, threads: 2, out: "none", dtype: "f64" } as const;
  await train({ config: configOf({ ...still, ...settings }), onEvent });
  return found!;
}

test("smoothed labels and class weights change what is minimized, not the training loss that is shown", async () => {
  const plain = await firstEpoch({});
  assert.equal(plain.objective, undefined);
  for (const settings of [{ labelSmoothing: 0.3 }, { classWeights: "balanced" }] satisfies Settings[]) {
    for (const accumulate of [1, 2]) {
      const { loss, objective } = await firstEpoch({ ...settings, accumulate });
      assert.ok(Math.abs(loss - plain.loss) < 1e-9, `${loss}, expected ${plain.loss}`);
      assert.ok(objective !== undefined && Math.abs(objective - plain.loss) > 1e-4, `${objective}`);
    }
  }
});

test("weights that stand still have one loss: of the epoch and measured after it, whatever the minibatches", async (t) => {
  const of = async (batchSize: number) => {
    const out = join(temporaryFolder(t), "run");
    const still = { subset: 100, epochs: 1, lr: 1e-30, threads: 1 } as const;
    const { backend, train: trained, validation } = await run(t, { ...still, batchSize, out });
    const measured = await evaluate({ path: out, split: "train", threads: 1, backend });
    const loss = trained.values["loss"]!;
    assert.ok(Math.abs(loss - measured.score.values["loss"]!) < 1e-6, `${loss}, ${measured.score.values["loss"]}`);
    return { loss, after: { ...measured.score.values, ...validation!.values } };
  };
  const [whole, ...parts] = [await of(90), await of(7), await of(1)];
  for (const { loss, after } of parts) {
    assert.ok(Math.abs(loss - whole.loss) < 1e-6);
    assert.deepEqual(after, whole.after);
  }
});
