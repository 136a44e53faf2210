/** Clipping, max-norm and averages over twelve steps of a net, as PyTorch makes them in double (`make_steering.py`). */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identity } from "../../src/base/random.js";
import { Engine } from "../../src/engine/engine.js";
import { lossOf } from "../../src/losses/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { chosenBackend } from "../kernels/addon.js";
import { formulaDataset } from "./formula.js";
import { type GoldenUpdates, goldenUpdates, preprocessingOf, worst } from "./golden.js";
import { formulaWeights } from "./nets.js";

interface Case {
  readonly clipValue?: number;
  readonly clipNorm?: number;
  readonly maxNorm?: number;
  readonly ema?: number;
  /** Of each update's gradient, where it is clipped by its norm. */
  readonly norms: readonly number[];
  /** After the last: of the average where there is one. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}
const golden = goldenUpdates<Case>("steering.json") as GoldenUpdates<Case> & { readonly lr: number };
const { batchSize, samples, steps, lr } = golden;
const net = resolveNet(golden.net);
const optimizer = "sgd momentum=0.9";
/** PyTorch's clipping and renorm add 1e-6 and 1e-7 to the norm that they divide by. */
const tolerance = 1e-6;
const exact = 1e-12;

const engine = new Engine(2, chosenBackend().name);
after(() => engine.close());

for (const { norms, tensors, clipValue, clipNorm, maxNorm, ema } of golden.cases) {
  const settings = JSON.stringify({ clipValue, clipNorm, maxNorm, ema });
  test(`twelve steps with ${settings}`, async () => {
    engine.configure({
      ...{ net, dtype: "f64", batchSize, places: samples, optimizer: ruleOf(optimizer), loss: lossOf("cross-entropy") },
      preprocessing: preprocessingOf({ ...golden, maximum: 255 }),
      dataset: formulaDataset(samples, golden.net.input, 255),
      finishing: { waits: clipNorm !== undefined, averages: ema !== undefined, maxNorm },
    });
    engine.setParameters(formulaWeights(net, "f64"));
    const totals = { loss: 0, correct: 0, samples: 0 };
    const made: number[] = [];
    for (let before = 0; before < steps; before += samples / batchSize) {
      const job = { order: identity(samples), from: 0, totals, epoch: 0, before, optimizer, lr };
      await engine.train({ ...job, penalties: { clipValue, clipNorm }, ema });
      made.push(...(engine.stepNorms() ?? []));
    }
    if (norms.length > 0) assert.ok(worst(made, norms) < tolerance, `norms differ by ${worst(made, norms)}`);
    const found = ema === undefined ? engine.parameters() : engine.averages();
    const near = clipNorm === undefined && maxNorm === undefined ? exact : tolerance;
    for (const [i, { name }] of net.parameters.entries()) {
      const distance = worst(found[i], tensors[name]);
      assert.ok(distance < near, `${name} differs by ${distance}`);
    }
  });
}
