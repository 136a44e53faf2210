/**
 * Gradient checks of every layer of the registry, in every neighbourhood: through the layers below it, its parameters'
 * and its input's gradients are both seen.
 */
import { test } from "node:test";
import { formulaDataset } from "../golden/formula.js";
import { engineOf } from "./lab.js";
import { examples, netsWith } from "./examples.js";
import { checkGradient } from "./gradient.js";

const shape = { height: 4, width: 3, channels: 2 };
// Odd, so that three ranks get shards of different sizes.
const dataset = formulaDataset(7, shape, 255);

for (const example of examples) {
  test(`${example.title}: gradients by central differences`, async (context) => {
    for (const [where, net] of netsWith(example, shape, 5, 4)) {
      const labels = dataset.train.labels.map((label) => label % net.spec.classes);
      const train = { ...dataset.train, labels };
      const setting = { net, dtype: "f64", batchSize: 7, dataset: { train, test: null } } as const;
      const worst = await checkGradient(engineOf(1), setting);
      context.diagnostic(`${where}: ${worst.toExponential(1)}`);
    }
  });
}
