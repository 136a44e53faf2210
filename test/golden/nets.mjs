/**
 * For check_nets.py: what Heddle makes of a net. `node test/golden/nets.mjs NET HxWxC SAMPLES f32|f64 [exact]` prints, from
 * fresh weights on the samples of `formula.ts` in one minibatch: the architecture, the weights, the loss and gradient in
 * training, the running statistics after it, and the probabilities in scoring. Dropout and noise draw nothing here: their
 * rates are as good as 0, since PyTorch draws otherwise.
 */
import { Engine } from "../../dist/src/engine/engine.js";
import { parseShape } from "../../dist/src/cli/summary.js";
import { initializeParameter } from "../../dist/src/nn/initializers.js";
import { findLoss } from "../../dist/src/nn/losses.js";
import { resolveNet } from "../../dist/src/nn/net.js";
import { findOptimizer } from "../../dist/src/optim/index.js";
import { identity, Stream } from "../../dist/src/random.js";
import { buildNet } from "../../dist/src/zoo/index.js";
import { formulaDataset } from "../../dist/test/golden/formula.js";

const [model, shape, samples, dtype, exact] = process.argv.slice(2);
const input = parseShape(shape);
const count = Number(samples);
const nearZero = 1e-15;
const quiet = (spec) => {
  if (spec.type === "dropout") return { ...spec, rate: nearZero };
  if (spec.type === "gaussian-noise") return { ...spec, deviation: nearZero };
  return spec;
};
const built = buildNet(model, { input, classes: 10 });
const net = resolveNet({ ...built, layers: built.layers.map(quiet) });
const dataset = formulaDataset(count, input, 255);

/** Vectors start at constants: moved, so that every one of them counts. */
const start = (spec, i) => {
  const values = initializeParameter(spec, i, 0, undefined);
  if (spec.init.kind === "weights") return values;
  const draws = new Float64Array(values.length);
  new Stream(1, "weights", i).fillNormal(draws);
  return values.map((value, k) => value + (spec.learned === false ? Math.abs(draws[k]) : 0.1 * draws[k]));
};
const type = dtype === "f64" ? Float64Array : Float32Array;
const tensors = net.parameters.map((spec, i) => type.from(start(spec, i)));

const engine = new Engine(2, "auto");
const base64 = (array) => Buffer.from(Float64Array.from(array).buffer).toString("base64");
try {
  engine.configure({
    net,
    dtype,
    dataset,
    batchSize: count,
    exact: exact === "exact",
    preprocessing: {
      standardize: "test",
      ...input,
      maximum: 255,
      kind: "affine",
      scale: Array.from({ length: input.channels }, () => 1 / 64),
      shift: Array.from({ length: input.channels }, () => -2),
    },
    loss: findLoss("cross-entropy"),
    optimizer: findOptimizer("momentum"),
    places: count,
    probabilities: true,
  });
  engine.setParameters(tensors);
  const { probabilities } = await engine.score(identity(count));
  const totals = { loss: 0, correct: 0, samples: 0 };
  const job = { order: identity(count), from: 0, totals, epoch: 0, before: 0 };
  // Momentum 0 keeps the gradient in the optimizer's state, rate 0 moves no weight.
  await engine.train({ ...job, optimizer: "momentum", lr: 0, momentum: 0 });
  // Of what is learned alone.
  const gradients = engine.optimizerState()[0].values();
  const after = engine.parameters();
  const answer = {
    architecture: net.spec,
    parameters: net.parameterCount,
    statistics: net.statisticCount,
    loss: engine.stepLosses()[0],
    probabilities: base64(probabilities),
    tensors: net.parameters.map(({ name, shape: sizes, learned }, i) => ({
      name,
      shape: sizes,
      learned: learned !== false,
      start: base64(tensors[i]),
      gradient: learned === false ? "" : base64(gradients.next().value),
      after: base64(after[i]),
    })),
  };
  process.stdout.write(JSON.stringify(answer));
} finally {
  await engine.close();
}
