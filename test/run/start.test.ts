/** What a run may start from: the weights of a file, or of a run by its folder. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { train } from "../../src/index.js";
import { temporaryFolder } from "../engine/runs.js";
import { refusal } from "./refuses.js";

const small = { subset: 200, epochs: 1, threads: 1, model: "mlp:5" } as const;

test("init takes the folder of a run as evaluate does: its best weights", async (t) => {
  const first = join(temporaryFolder(t), "first");
  await train({ config: { ...small, epochs: 2, lr: 0.3, out: first } });
  const hashOf = async (init: string) => {
    const outcome = await train({ config: { ...small, init, out: null } });
    assert.ok(outcome.status === "done");
    return outcome.result.weightsHash;
  };
  const byFolder = await hashOf(first);
  assert.equal(byFolder, await hashOf(join(first, "model.safetensors")));
  rmSync(join(first, "model.safetensors"));
  await assert.rejects(hashOf(first), refusal(3, /first: expected a model file, or a run folder with a model.safet/));
});
