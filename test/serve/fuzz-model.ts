/** The model that is served while it is fuzzed, and what must hold afterwards. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { modelOf } from "../export/models.js";
import { fuzzServer } from "./fuzz.js";

export async function checkFuzzed(requests: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-fuzz-server-"));
  try {
    const input = { height: 6, width: 5, channels: 1 };
    const net = resolveNet(buildNet("conv 4x3 same >> relu >> flatten >> fc 4", { input, classes: 4 }));
    const path = join(folder, "model.safetensors");
    writeModel(path, modelOf(net).model, net.parameters, weightsOf(net, "f32"));
    const { answers, failures, grewMiB, before, after } = await fuzzServer(path, requests, seed);
    assert.deepEqual(failures, []);
    assert.ok(answers["200"] > 0 && answers["400"] > 0 && answers["415"] > 0, JSON.stringify(answers));
    assert.equal(after, before);
    assert.match(before, /^\{"predictions":/);
    assert.ok(grewMiB === null || grewMiB < 95, `memory grew by ${grewMiB} MiB`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
