/**
 * What stands in memory beyond a tensor's own numbers is in no sum: the norm of a gradient is that of the trained numbers, and a step
 * of Muon, which goes over whole matrices, is the same where weights were written anew before it, as a resume writes them.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FloatArray } from "../../src/base/numbers.js";
import { identity } from "../../src/base/random.js";
import { lossOf } from "../../src/losses/index.js";
import type { Net } from "../../src/nn/net.js";
import { ruleOf } from "../../src/optim/index.js";
import { formulaDataset } from "../golden/formula.js";
import { examples, netsWith } from "./examples.js";
import { bits, engineOf, groupsOf, standardized, weightsOf } from "./lab.js";

const input = { height: 5, width: 4, channels: 3 };
/** No multiple of anything. */
const width = 9;
const samples = 12;
const [rate, most] = [0.1, 1e30];

interface Steps {
  readonly optimizer: string;
  /** Weights are read and written between the steps. */
  readonly anew?: boolean;
}

async function steps(net: Net, { optimizer, anew = false }: Steps) {
  const engine = engineOf(1);
  const { train, test: none } = formulaDataset(samples, input, 255);
  const dataset = { train: { ...train, labels: train.labels.map((label) => label % net.spec.classes) }, test: none };
  const { assignment, updaters } = groupsOf({ net, dtype: "f64", dataset, batchSize: samples, optimizer, lr: rate });
  engine.configure({
    ...{ net, dtype: "f64", batchSize: samples, places: samples, optimizer: ruleOf(optimizer), assignment, dataset },
    ...{ loss: lossOf("cross-entropy"), preprocessing: standardized(input) },
    finishing: { waits: true, averages: false },
  });
  const after = [weightsOf(net, "f64")];
  engine.setParameters(after[0]);
  const norms: number[] = [];
  for (let before = 0; before < 2; before++) {
    const job = { order: identity(samples), from: 0, epoch: 0, before, optimizer, updaters, lr: rate };
    const totals = { loss: 0, correct: 0, samples: 0 };
    await engine.train({ ...job, totals, penalties: { clipNorm: most } });
    after.push(engine.parameters());
    norms.push(engine.stepNorms()![0]);
    if (!anew) continue;
    const state = engine.optimizerState();
    engine.setParameters(after.at(-1)!);
    engine.setOptimizerState(state);
  }
  return { after, norms };
}

/** Of one update by plain descent. */
const lengthOf = (net: Net, from: readonly FloatArray[], to: readonly FloatArray[]): number =>
  Math.sqrt(
    net.parameters.reduce(
      (sum, { learned }, i) =>
        learned === false ? sum : Array.from(from[i]).reduce((all, w, k) => all + ((w - to[i][k]) / rate) ** 2, sum),
      0,
    ),
  );

for (const example of examples) {
  test(`${example.title}: the norm is of trained numbers alone; Muon's steps do not see what lies beside them`, async () => {
    for (const [where, net] of netsWith(example, input, width, 10)) {
      const plain = await steps(net, { optimizer: "sgd" });
      for (const [i, norm] of plain.norms.entries()) {
        const length = lengthOf(net, plain.after[i], plain.after[i + 1]);
        assert.ok(Math.abs(norm - length) <= 1e-9 * Math.max(1, length), `${where}, ${i}: ${norm}, not ${length}`);
      }
      const whole = await steps(net, { optimizer: "muon" });
      const anew = await steps(net, { optimizer: "muon", anew: true });
      assert.equal(bits([...anew.after.flat(), anew.norms]), bits([...whole.after.flat(), whole.norms]), where);
    }
  });
}
