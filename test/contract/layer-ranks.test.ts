/** The bytes of a training do not depend on how many ranks made it, nor the gradient on how the minibatch is cut. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/base/random.js";
import { chunkSamples } from "../../src/engine/cuts.js";
import { lossOf } from "../../src/losses/index.js";
import { formulaDataset } from "../golden/formula.js";
import { chosenBackend } from "../kernels/addon.js";
import { examples, netsWith, oneChain, synchronous } from "./examples.js";
import { bits, configure, engineOf, gradientOf, rankCounts, standardized, train, weightsOf } from "./lab.js";
import { Solo } from "./solo.js";

const dtypes = ["f32", "f64"] as const;
const image = { height: 5, width: 4, channels: 3 };
/** Enough columns for every rank to own some, and not a multiple of anything. */
const width = 130;
// 120 samples make two minibatches of 50 and one of 20; those of one sample leave all ranks but one without rows.
const minibatches = [
  { batchSize: 50, dataset: formulaDataset(120, image, 255) },
  { batchSize: 1, dataset: formulaDataset(2, image, 255) },
];

for (const example of examples) {
  for (const dtype of dtypes) {
    test(`${example.title} in ${dtype}: the same bytes on ${rankCounts.join(", ")} ranks`, async () => {
      const [[, net]] = netsWith(example, image, width, 10);
      for (const { batchSize, dataset } of minibatches) {
        // One value per channel has no variance to divide by.
        if (batchSize === 1 && synchronous(net)) continue;
        const setting = { net, dtype, dataset, batchSize };
        const results: string[] = [];
        for (const ranks of rankCounts) {
          const engine = engineOf(ranks);
          configure(engine, setting);
          const losses = await train(engine, setting, 1);
          const { probabilities } = await engine.score(identity(dataset.train.count));
          results.push(bits([losses, probabilities!, ...engine.parameters(), ...engine.optimizerState().flat()]));
        }
        for (const [i, result] of results.entries()) {
          assert.ok(result === results[0], `batch ${batchSize}: ${rankCounts[i]} ranks differ from ${rankCounts[0]}`);
        }
      }
    });
  }
}

const small = { height: 4, width: 3, channels: 2 };
const more = chunkSamples + 76;
const large = formulaDataset(more, small, 255);

for (const example of examples) {
  for (const dtype of dtypes) {
    test(`${example.title} in ${dtype}: the same gradient however the minibatch is cut`, async () => {
      const [[, net]] = netsWith(example, small, 9, 10);
      const setting = { net, dtype, dataset: large, tensors: weightsOf(net, dtype) };
      if (!oneChain(net)) {
        const made: string[] = [];
        for (const ranks of [1, 3, 16]) {
          const engine = engineOf(ranks);
          const gradient = await gradientOf(engine, { ...setting, batchSize: more });
          made.push(bits([engine.stepLosses(), ...gradient]));
        }
        assert.ok(
          made.every((each) => each === made[0]),
          "1, 3 and 16 ranks",
        );
        return;
      }
      const common = { ...setting, loss: lossOf("cross-entropy"), preprocessing: standardized(small) };
      const inChunks = new Solo(chosenBackend(), { ...common, batchSize: more });
      const cut = (chunks: readonly number[]): string => {
        const { gradient, loss } = inChunks.gradient(chunks);
        return bits([[loss], ...gradient]);
      };
      const whole = cut([chunkSamples, 76]);
      for (const chunks of [
        [76, chunkSamples],
        [more / 2, more / 2],
        [1, chunkSamples - 1, 76],
      ]) {
        assert.ok(cut(chunks) === whole, `chunks of ${chunks.join(", ")}`);
      }
      // What fits into one chunk needs no buffer for the gradient so far.
      const pieces = cut([1, 500, chunkSamples - 501]);
      const inOne = new Solo(chosenBackend(), { ...common, batchSize: chunkSamples });
      const { gradient, loss } = inOne.gradient([chunkSamples]);
      assert.ok(bits([[loss], ...gradient]) === pieces, "one chunk");

      for (const ranks of [1, 3]) {
        const engine = engineOf(ranks);
        const made = await gradientOf(engine, { ...setting, batchSize: more });
        assert.ok(bits([engine.stepLosses(), ...made]) === whole, `the engine on ${ranks} ranks`);
      }
    });
  }
}
