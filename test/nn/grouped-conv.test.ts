/**
 * A convolution in groups is a plain one whose filters are 0 outside their group: outputs, gradients and updates of both are
 * compared, and the plain one is compared with PyTorch's (test/golden).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { identity } from "../../src/base/random.js";
import { initializeParameter } from "../../src/nn/initializers/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { sentenceOf } from "../../src/zoo/arrow/printer.js";
import { buildNet } from "../../src/zoo/index.js";
import { configure, engineOf, type Setting, train, weightsOf } from "../contract/lab.js";
import { formulaDataset } from "../golden/formula.js";
import { refusal } from "../run/refuses.js";

const input = { height: 7, width: 6, channels: 6 };

for (const { filters, groups } of [
  { filters: 6, groups: 6 },
  { filters: 12, groups: 6 },
  { filters: 4, groups: 2 },
]) {
  for (const dtype of ["f32", "f64"] as const) {
    test(`${filters} filters in ${groups} groups, ${dtype}: the plain convolution with zeros`, async () => {
      const around = (layer: { readonly type: string; readonly groups?: number }) =>
        resolveNet({
          input,
          classes: 10,
          layers: [
            { type: "conv2d", filters: 6, kernel: 3, padding: "same" },
            { type: "relu" },
            { kernel: 3, stride: 2, padding: 1, filters, ...layer },
            { type: "tanh" },
            { type: "flatten" },
            { type: "dense", units: 10 },
          ],
        });
      const [grouped, plain] = [around({ type: "grouped-conv2d", groups }), around({ type: "conv2d" })];
      const at = grouped.parameters.findIndex(({ name }) => name === "2.weight");
      const each = 6 / groups;
      const inGroup = (f: number, c: number): boolean => Math.floor(c / each) === Math.floor(f / (filters / groups));
      const tensors = weightsOf(grouped, dtype);
      const spread = (small: ArrayLike<number>): Float64Array =>
        Float64Array.from({ length: filters * 6 * 9 }, (_, i) => {
          const [f, c, tap] = [Math.floor(i / 54), Math.floor(i / 9) % 6, i % 9];
          return inGroup(f, c) ? small[(f * each + (c % each)) * 9 + tap] : 0;
        });
      const wide = tensors.map((tensor, i) => {
        if (i !== at) return tensor;
        return dtype === "f32" ? Float32Array.from(spread(tensor)) : spread(tensor);
      });
      const dataset = formulaDataset(20, input, 255);
      const common = { dtype, dataset, batchSize: 20, optimizer: "sgd", lr: 0.1 } as const;
      const results = [];
      for (const [net, weights] of [
        [grouped, tensors],
        [plain, wide],
      ] as const) {
        const engine = engineOf(2);
        const setting: Setting = { ...common, net, tensors: weights };
        configure(engine, setting);
        const [loss] = await train(engine, setting, 1);
        results.push({ loss, after: engine.parameters() });
        await engine.score(identity(20));
      }
      const [mine, theirs] = results;
      const tolerance = dtype === "f32" ? 3e-6 : 1e-13;
      assert.ok(Math.abs(mine.loss - theirs.loss) < tolerance, `${mine.loss} ${theirs.loss}`);
      for (const [i, tensor] of mine.after.entries()) {
        const own = i === at ? spread(tensor) : tensor;
        for (let k = 0; k < own.length; k++) {
          const [f, c] = [Math.floor(k / 54), Math.floor(k / 9) % 6];
          if (i === at && !inGroup(f, c)) continue;
          assert.ok(
            Math.abs(own[k] - theirs.after[i][k]) < tolerance,
            `${grouped.parameters[i].name} ${k}: ${own[k]} ${theirs.after[i][k]}`,
          );
        }
      }
    });
  }
}

test("fans are those of a group; counts and the sentence follow; what does not divide is refused", () => {
  const { layers, parameters } = resolveNet(
    buildNet("gconv 64x3 64 same nobias >> gap >> flatten >> fc 10", { input: { height: 8, width: 8, channels: 64 } }),
  );
  const [weight] = parameters;
  assert.deepEqual(weight.shape, [64, 1, 3, 3]);
  assert.ok(weight.init.kind === "weights" && weight.init.fanIn === 9 && weight.init.fanOut === 9);
  assert.equal(layers[0].multiplyAdds, 8 * 8 * 64 * 9);
  const drawn = initializeParameter({ ...weight, shape: [4096, 1, 3, 3] }, 0, 1, "he-normal");
  const deviation = Math.sqrt(drawn.reduce((sum, w) => sum + w * w, 0) / drawn.length);
  assert.ok(Math.abs(deviation - 0.4714045207910317) < 0.01, `${deviation}`);
  const spec = buildNet("gconv 12x3x5 6 pad 1 stride 2 >> gap >> flatten >> fc 10", { input });
  assert.equal(sentenceOf(spec.layers), "gconv 12x3x5 6 pad 1 stride 2 >> gap >> flatten >> fc 10");
  assert.throws(
    () => resolveNet(buildNet("gconv 8x3 6 >> gap >> flatten >> fc 10", { input })),
    refusal(
      2,
      /layer 0 \(grouped-conv2d\): expected channels and filters that 6 groups divide, got 6 channels and 8 filters/,
    ),
  );
  assert.ok(resolveNet(buildNet("mobilenet-small", {})).parameterCount < 200_000);
});
