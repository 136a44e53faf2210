/** A run trained again gives the same bytes; where its record says others, that is told. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sealJson } from "../../src/base/sealed-json.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { verifyRun } from "../../src/train/verify.js";
import { configOf, run, temporaryFolder } from "../engine/runs.js";

test("the same bytes at another number of threads; a result that says others is told of, by name", async (t) => {
  const out = join(temporaryFolder(t), "run");
  const { backend } = configOf({});
  await run(t, { subset: 200, epochs: 2, threads: 1, out });
  const { resultFile, runFile } = new RunFolder(out);
  const before = readFileSync(runFile);
  const verified = await verifyRun(out, { threads: 2, backend });
  assert.ok(verified.same, JSON.stringify(verified));
  assert.equal(verified.firstDifference, null);
  assert.deepEqual(readFileSync(runFile), before);

  const result = JSON.parse(readFileSync(resultFile, "utf8")) as Record<string, unknown>;
  delete result["checksum"];
  writeFileSync(resultFile, sealJson({ ...result, weightsHash: `blake3:${"0".repeat(64)}` }, 2));
  const other = await verifyRun(out, { threads: 1, backend });
  assert.equal(other.same, false);
  assert.deepEqual(
    other.compared.filter(({ was, is }) => was !== is).map(({ name }) => name),
    ["weightsHash"],
  );

  writeFileSync(resultFile, sealJson({ ...result, ended: "interrupted" }, 2));
  await assert.rejects(verifyRun(out, { backend }), /expected a finished run, got one that interrupted/);
});
