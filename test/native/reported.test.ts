/**
 * Numbers at which other trainers went wrong, one case each: where epsilon stands, what momentum keeps of an old rate, decay that is
 * coupled or not, and what the curves of schedules and the running statistics of batch norm come to.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeStepNumbers } from "../../src/engine/rules.js";
import { ruleScalars } from "../../src/kernels/layout.js";
import { resolveNet } from "../../src/nn/net.js";
import { loopNames, ruleOf } from "../../src/optim/index.js";
import { courseOf } from "../../src/optim/schedules/index.js";
import { configure, engineOf, train } from "../contract/lab.js";
import { configOf, run } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";
import { call, execute, f64, wholeStep } from "../kernels/lab.js";

const start = [1, -2, 0.5, 3];
/** The third weight's gradient is always 0, the fourth's next to nothing. */
const gradients = [
  [0.5, -1, 0, 1e-9],
  [0.5, 1, 0, 1e-9],
  [-0.25, 2, 0, 0],
  [1, -0.5, 0, 1e-9],
  [0.5, 0.25, 0, -1e-9],
  [0.125, -3, 0, 1e-9],
];
const rates = [0.1, 0.1, 0.1, 0.01, 0.01, 0.01];

/** Weights after the first update and after the sixth, by the formula in double (plain Python, checked with PyTorch). */
const after: Readonly<Record<string, readonly [readonly number[], readonly number[]]>> = {
  "sgd momentum=0.9": [
    [0.95, -1.9, 0.5, 2.9999999999],
    [0.74189405, -2.1311750999999997, 0.5, 2.999999999479193],
  ],
  "sgd momentum=0.9 nesterov weight-decay=0.01": [
    [0.9031, -1.8062, 0.49905, 2.99429999981],
    [0.6680161082808904, -2.2671733150983098, 0.4952866296787903, 2.971719777396053],
  ],
  "sgd momentum=0.9 weight-decay=0.01 decoupled": [
    [0.949, -1.898, 0.4995, 2.9969999999],
    [0.7388594922609968, -2.124732847862463, 0.49835196400469645, 2.9901117835079063],
  ],
  "sgd weight-decay=0.01": [
    [0.949, -1.898, 0.4995, 2.9969999999],
    [0.9056288306789662, -2.1609484820015825, 0.49835196400469645, 2.9901117838185396],
  ],
  "adagrad epsilon=1e-10": [
    [0.90000000002, -1.90000000001, 0.5, 2.909090909090909],
    [0.8499842481506353, -2.043688854623541, 0.5, 2.838072870066891],
  ],
  "adagrad epsilon=0.01": [
    [0.9019607843137255, -1.900990099009901, 0.5, 2.999999990000001],
    [0.8525901533051046, -2.043874051631534, 0.5, 2.9999999790000027],
  ],
  "adagrad epsilon=0.01 epsilon-place=inside": [
    [0.9019419324309079, -1.9004962809790011, 0.5, 2.999999999],
    [0.8523686502146619, -2.0439443756169444, 0.5, 2.9999999979],
  ],
  "adagrad epsilon=0.5 epsilon-place=as-slide": [
    [0.8, -1.8, 0.5, 2.8],
    [0.699968496248191, -2.0873777092432757, 0.5, 2.648087366468898],
  ],
  "rmsprop rho=0.9 epsilon=0.01 epsilon-place=inside": [
    [0.7327387580875755, -1.6984886554222363, 0.5, 2.999999999],
    [0.5861338066849743, -2.155465051736722, 0.5, 2.9999999979],
  ],
  "rmsprop rho=0.9 epsilon=0.5 epsilon-place=as-slide": [
    [0.367544467966324, -1.367544467966324, 0.5, 2.367544467966324],
    [0.0498152625824442, -2.297445391773086, 0.5, 1.872120014595258],
  ],
  "rmsprop rho=0.95 momentum=0.5 centered epsilon=1e-6": [
    [0.5411727427465544, -1.541170637512375, 0.5, 2.999900021789746],
    [-0.26140237781426184, -2.0460856161761902, 0.5, 2.999656026193963],
  ],
  adam: [
    [0.900000002, -1.900000001, 0.5, 2.9909090909090907],
    [0.7265265860172344, -1.964028874812801, 0.5, 2.9745951585229453],
  ],
  "adam epsilon=0.01": [
    [0.9019607843137255, -1.900990099009901, 0.5, 2.999999990000001],
    [0.7319762251607459, -1.964543774853925, 0.5, 2.9999999721776693],
  ],
  "adam epsilon=0.01 epsilon-place=inside": [
    [0.9019419324309079, -1.9004962809790011, 0.5, 2.999999999],
    [0.732040066888797, -1.9643446163458325, 0.5, 2.999999997217767],
  ],
  "adam epsilon=0.5 epsilon-place=as-slide": [
    [0.8, -1.8, 0.5, 2.8],
    [0.4530531609122101, -1.9280577485831973, 0.5, 2.411247401566241],
  ],
  "adam weight-decay=0.05": [
    [0.9000000018181817, -1.900000000909091, 0.400000039999984, 2.9000000066666662],
    [0.719365822349235, -1.946814736216746, 0.17805663899174506, 2.6705823402400384],
  ],
  "adamw weight-decay=0.05": [
    [0.895000002, -1.890000001, 0.4975, 2.9759090909090906],
    [0.7120080153158385, -1.932250067015012, 0.49179900068526095, 2.925561923564477],
  ],
  "adamw betas=0.8,0.98 weight-decay=0.05": [
    [0.895000002, -1.890000001, 0.4975, 2.9759090909090906],
    [0.7186432007985623, -1.9447873823001331, 0.49179900068526095, 2.926066337795885],
  ],
};

for (const [optimizer, [first, sixth]] of Object.entries(after)) {
  test(`${optimizer}: six updates, the rate falling after the third`, () => {
    const rule = ruleOf(optimizer);
    const filled = (values: readonly number[]): Float64Array => {
      const array = new Float64Array(f64.lanes);
      array.set(values);
      return array;
    };
    let [w, state] = [filled(start), rule.state.map(() => filled([]))];
    for (const [i, g] of gradients.entries()) {
      const numbers = new Float64Array(ruleScalars);
      writeStepNumbers(numbers, rule, i + 1, { lr: rates[i] });
      const values = { w, g: filled(g), state, vectors: [0, 1] as const, optimizer: loopNames.indexOf(rule.loop) };
      const step = { ...wholeStep(1), hyperparameters: [...numbers] };
      const out = execute(chosenBackend(), f64, [call("flatUpdate", values)], [step]);
      [w, state] = [out.of<Float64Array>(w), state.map((kind) => out.of<Float64Array>(kind))];
      const expected = i === 0 ? first : i === 5 ? sixth : [];
      for (const [k, value] of expected.entries()) assert.ok(Math.abs(w[k] - value) < 1e-12, `${i}, ${k}: ${w[k]}`);
    }
  });
}

test("one-cycle over 71 updates: from a 25th of the top to its end, the top nearly reached once, momentum the other way", () => {
  const course = courseOf("one-cycle", 0.01, { updates: 71, updatesPerEpoch: 71 });
  const curve = Array.from({ length: 71 }, (_, t) => course.rate(t));
  assert.ok(Math.abs(curve[0] - 4e-4) < 1e-15 && Math.abs(curve[70] - 4e-8) < 1e-17);
  const most = Math.max(...curve);
  assert.ok(Math.abs(most - 0.0099951061521753382) < 1e-15 && curve.indexOf(most) === 21);
  const momenta = curve.map((_, t) => course.momentum(t)!);
  assert.ok(momenta.every((value) => value >= 0.85 - 1e-15 && value <= 0.95 + 1e-15));
  assert.equal(momenta.indexOf(Math.min(...momenta)), 21);
});

test("batch norm: statistics take the unbiased variance, momentum is the share of the new batch; Keras's number gets a note", async (t) => {
  const input = { height: 1, width: 1, channels: 1 };
  const layers = [
    { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 },
    { type: "flatten" },
    { type: "dense", units: 2 },
  ];
  const net = resolveNet({ input, classes: 2, layers });
  const images = Uint8Array.of(1, 2, 3, 4);
  const dataset = { train: { count: 4, images, labels: new Uint16Array(4) }, test: null };
  const plain = { standardize: "test", ...input, maximum: 255, kind: "affine", scale: [1], shift: [0] } as const;
  const tensors = net.parameters.map(({ name, shape }) =>
    new Float64Array(shape.reduce((all, side) => all * side, 1)).fill(/var|norm|0\.weight/.test(name) ? 1 : 0),
  );
  const setting = { net, dtype: "f64", dataset, batchSize: 4, preprocessing: plain, tensors, lr: 0 } as const;
  const engine = engineOf(1);
  configure(engine, setting);
  await train(engine, setting, 1);
  const found = Object.fromEntries(engine.parameters().map((tensor, i) => [net.parameters[i].name, tensor[0]]));
  assert.ok(Math.abs(found["0.running_mean"] - 0.25) < 1e-15);
  assert.ok(Math.abs(found["0.running_var"] - 1.0666666666666667) < 1e-15);
  const notes: string[] = [];
  const onEvent = (event: { kind: string; text?: string }): void => {
    if (event.kind === "note") notes.push(event.text ?? "");
  };
  const model = "conv 2x3 >> bn 0.9 0.001 >> flatten >> fc 10";
  await run(t, { model, subset: 100, epochs: 1, backend: configOf({}).backend, out: "none" }, { onEvent });
  assert.ok(
    notes.some((note) => /momentum 0\.9 .*Keras/.test(note)),
    notes.join(),
  );
});
