import { test } from "node:test";
import { formulaDataset } from "../golden/formula.js";
import { type Example, netsWith } from "./examples.js";
import { checkGradient } from "./gradient.js";
import { engineOf } from "./lab.js";

const shape = { height: 4, width: 3, channels: 2 };
// Odd, so that three ranks get shards of different sizes.
const dataset = formulaDataset(7, shape, 255);

/** A test of one layer's gradients, of about `most` elements of each tensor. */
export function checkLayerGradients(example: Example, most?: number): void {
  void test(`${example.title}: gradients by central differences`, async (context) => {
    for (const [where, net] of netsWith(example, shape, 5, 4)) {
      const labels = dataset.train.labels.map((label) => label % net.spec.classes);
      const train = { ...dataset.train, labels };
      const setting = { net, dtype: "f64", batchSize: 7, dataset: { train, test: null } } as const;
      const worst = await checkGradient(engineOf(1), setting, most);
      context.diagnostic(`${where}: ${worst.toExponential(1)}`);
    }
  });
}
