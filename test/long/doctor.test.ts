/** The doctor is silent on clean short runs of every preset that fits a small image: no warning, no error. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { examineRun } from "../../src/doctor/index.js";
import { presets } from "../../src/zoo/index.js";
import { needsRealData, realDataDir } from "../data/fixtures.js";
import { run, temporaryFolder } from "../engine/runs.js";

/** By the shape that a preset is at home with. */
const sets: Readonly<Record<string, { readonly dataset: string; readonly real: boolean }>> = {
  "8x8x1": { dataset: "synthetic-digits", real: false },
  "28x28x1": { dataset: "synthetic-digits-28", real: false },
  "32x32x1": { dataset: "synthetic-digits-28", real: false },
  "32x32x3": { dataset: "cifar-10", real: true },
};

for (const { name, home } of presets) {
  const { height, width, channels } = home.input;
  const found = sets[`${height}x${width}x${channels}`];
  const skip = found ? found.real && needsRealData : `made for images of ${height}x${width}`;
  test(`a short run of ${name} has no complaint`, { skip }, async (t) => {
    const out = join(temporaryFolder(t), "run");
    const { dataset } = found;
    await run(t, { dataset, model: name, subset: 1200, epochs: 2, out, ...(realDataDir && { dataDir: realDataDir }) });
    const complaints = (await examineRun(out)).filter(({ severity }) => severity !== "note");
    assert.deepEqual(complaints, []);
  });
}
