/** A program has the environment's settings as the command line has: threads, back end, data folder. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { completeConfig } from "../../src/config/fields.js";
import { train } from "../../src/train/trainer.js";
import { temporaryFolder } from "../engine/runs.js";

function withVariables(t: TestContext, variables: Readonly<Record<string, string>>): void {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
}

test("variables fill in what a program does not say, and not what it says", (t) => {
  withVariables(t, { HEDDLE_THREADS: "3", HEDDLE_DATA_DIR: "/data", HEDDLE_BACKEND: "" });
  assert.deepEqual([completeConfig({}).threads, completeConfig({}).dataDir], [3, "/data"]);
  assert.equal(completeConfig({}).backend, "auto", "a variable set to nothing is not set");
  assert.deepEqual(
    [completeConfig({ threads: 1, dataDir: undefined }).threads, completeConfig({ dataDir: "x" }).dataDir],
    [1, "x"],
  );
});

test("a wrong variable is named", (t) => {
  withVariables(t, { HEDDLE_THREADS: "many" });
  assert.throws(() => completeConfig({}), { message: /^HEDDLE_THREADS: expected a whole number .*, got "many"/ });
});

test("train runs on as many threads as the environment says, and records that it did", async (t) => {
  withVariables(t, { HEDDLE_THREADS: "3" });
  const out = join(temporaryFolder(t), "run");
  const outcome = await train({ config: { subset: 200, epochs: 1, out } });
  assert.ok(outcome.status === "done" && outcome.result.threads === 3);
  const { sources, threadsReason } = JSON.parse(readFileSync(join(out, "run.json"), "utf8")) as Record<string, unknown>;
  assert.deepEqual([(sources as { threads: string }).threads, threadsReason], ["environment", "HEDDLE_THREADS"]);
});
