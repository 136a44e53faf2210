/** Every bench script runs, for a moment: those that take seconds here, the others in `test/long/bench`. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { nativeStatus } from "../../src/kernels/native.js";
import { benchFolder, runForAMoment } from "./moment.js";

const skip = nativeStatus().available ? false : "needs the addon";

test("bench/barrier.mjs", { skip }, () =>
  runForAMoment("barrier.mjs", ["--seconds", "0.02"], /^\| \d+ \| sleeping \| [\d.]+ \| [\d.]+ \|$/),
);

test("bench/fuzz.mjs", () => runForAMoment("fuzz.mjs", ["--inputs", "3", "--reader", "png"], /^png +3 /));

test("bench/lone.mjs", () =>
  runForAMoment("lone.mjs", ["--requests", "16"], /^\| lenet5 \| [\d.]+ \| [\d.]+ \| [\d.]+ \|$/));

test("no bench script is without a test that runs it", () => {
  const sources = ["bench", "long/bench"].flatMap((folder) => {
    const path = fileURLToPath(new URL(`../../../test/${folder}`, import.meta.url));
    const files = readdirSync(path).filter((name) => name.endsWith(".test.ts"));
    return files.map((name) => readFileSync(`${path}/${name}`, "utf8"));
  });
  const scripts = readdirSync(benchFolder).filter((name) => name.endsWith(".mjs"));
  assert.deepEqual(
    scripts.filter((name) => !sources.some((text) => text.includes(name))),
    [],
  );
});
