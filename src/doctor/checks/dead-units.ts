/** Units after a ReLU that are 0 on every training sample looked at: they answer nothing and learn nothing. */
import type { Finding } from "../../base/finding.js";
import { percent } from "../../base/text.js";
import { imageOf, type MeasuredSplit } from "../../evidence/measured.js";
import { type Activation, activationsOfEach } from "../../inference/activations.js";
import type { RunCheck } from "../check.js";

/** So many, of all classes; of a large net fewer, but enough for units that fire on rare classes. */
const [mostImages, leastImages, multiplyAdds] = [1000, 200, 6e9];
/**
 * Of a layer: to be warned of, and worth knowing. After a first epoch more than half of a dense layer behind ReLUs may be still
 * without harm (63 % of small-cnn's on CIFAR-10): its inputs are all positive, and so on one side of many units.
 */
const [most, some] = [0.75, 0.1];
/** What may follow a ReLU and leaves 0 where all was 0. */
const keepsZero = ["max-pool", "average-pool", "global-average-pool", "flatten", "dropout", "gaussian-noise"];

export const deadUnits: RunCheck = {
  name: "dead-units",
  summary: "ReLUs that are 0 on every training sample",
  run({ measured }) {
    const trained = measured?.splits.find(({ name }) => name === "train");
    if (!measured || !trained) return [];
    const counts = new Map<number, { activation: Activation; fired: Uint8Array }>();
    const samples = ofAllClasses(trained, measured.classNames.length);
    let images = 0;
    for (const activations of activationsOfEach(measured.file, samples, (sample) => imageOf(measured, sample), {
      most: mostImages,
      least: leastImages,
      multiplyAdds,
    })) {
      images++;
      for (const [part, activation] of activations.entries()) {
        if (!endsInRelu(activation)) continue;
        const { values, shape } = activation;
        const maps = shape.height * shape.width > 1;
        const units = maps ? shape.channels : values.length;
        let entry = counts.get(part);
        if (!entry) counts.set(part, (entry = { activation, fired: new Uint8Array(units) }));
        for (let i = 0; i < values.length; i++) if (values[i] !== 0) entry.fired[i % units] = 1;
      }
    }
    return [...counts.values()].flatMap(({ activation, fired }): Finding[] => {
      const dead = fired.filter((any) => any === 0).length;
      const share = dead / fired.length;
      if (share < some) return [];
      const { place, spec } = activation.layers[0];
      return [
        {
          id: "dead-units",
          severity: share > most ? "warning" : "note",
          evidence: `${dead} of ${fired.length} units of layer ${place.name} (${spec.type}, then ReLU) are 0 on all of ${images} training samples (${percent(share)}).`,
          fix: share > most ? "Lower --lr, or take leaky ReLU; biases far below 0 do it too." : "",
        },
      ];
    });
  },
};

/** Class by class in turn, so that the first of them are of all classes. */
function ofAllClasses({ samples, answers: { labels } }: MeasuredSplit, classes: number): number[] {
  const queues = Array.from({ length: classes }, () => [] as number[]);
  for (let i = 0; i < samples.length; i++) queues[labels[i]].push(samples[i]);
  const longest = Math.max(...queues.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    queues.flatMap((queue) => (turn < queue.length ? [queue[turn]] : [])),
  ).flat();
}

function endsInRelu({ layers }: Activation): boolean {
  const types = layers.map(({ spec }) => spec.type);
  const relu = types.lastIndexOf("relu");
  return relu >= 0 && types.slice(relu + 1).every((type) => keepsZero.includes(type));
}
