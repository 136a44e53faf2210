/** Predictors: the probabilities of `predict` to the bit, several side by side, and nothing left behind. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { TrainConfigInput } from "../../src/config/schema.js";
import { openPredictor, type Predictions, predict, train } from "../../src/index.js";
import { configOf } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";

const backend = chosenBackend().name;
const folder = mkdtempSync(join(tmpdir(), "heddle-predictor-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Models of the embedded digits, 8x8. */
const settings = {
  f32: {},
  f64: { dtype: "f64" },
  "per-image": { standardize: "per-image", model: "mlp:21" },
  "squared error": { loss: "squared-error", activation: "tanh" },
  large: { model: "mlp:700-300" },
} satisfies Record<string, TrainConfigInput>;
type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];
const pathOf = (name: Name): string => join(folder, name);

for (const name of names) {
  const config = configOf({ subset: 300, epochs: 1, threads: 1, out: pathOf(name), ...settings[name] });
  await train({ config, sources: {}, onEvent: () => {} });
}

/** 150 images: two whole chunks and a part of one. */
const ask = (name: Name, choice: TrainConfigInput["backend"] = backend): Promise<Predictions> =>
  predict({ path: pathOf(name), split: "test", index: [0, 149], threads: 2, backend: choice });
const numbersOf = ({ predictions }: Predictions): number[] =>
  predictions.flatMap(({ probabilities }) => [...probabilities]);

for (const name of names) {
  test(`${name}: the probabilities of predict, to the bit, together and one by one`, async () => {
    const expected = await ask(name);
    const predictor = openPredictor(pathOf(name), { backend });
    assert.deepEqual(predictor.shape, { height: 8, width: 8, channels: 1 });
    assert.equal(predictor.classNames.length, 10);
    const together = predictor.predict(expected.images);
    assert.equal(together.constructor, name === "f64" ? Float64Array : Float32Array);
    assert.deepEqual(Array.from(together), numbersOf(expected));
    for (let i = 0; i < 150; i++) {
      const alone = predictor.predict(expected.images.subarray(i * 64, (i + 1) * 64));
      assert.deepEqual(alone, together.slice(i * 10, (i + 1) * 10));
    }
    predictor.close();
  });
}

test("several predictors side by side do not disturb each other", async () => {
  const { images } = await ask("f32");
  const alone = names.map((name) => {
    const predictor = openPredictor(pathOf(name), { backend });
    const numbers = predictor.predict(images);
    predictor.close();
    return numbers;
  });
  const predictors = names.map((name) => openPredictor(pathOf(name), { backend }));
  for (let round = 0; round < 3; round++) {
    for (const [i, predictor] of predictors.entries()) assert.deepEqual(predictor.predict(images), alone[i]);
  }
  predictors[0].close();
  for (const [i, predictor] of predictors.entries()) if (i > 0) assert.deepEqual(predictor.predict(images), alone[i]);
});

test("the plain TypeScript back end", async () => {
  const expected = numbersOf(await ask("f32", "reference"));
  const { images } = await ask("f32");
  const predictor = openPredictor(pathOf("f32"), { backend: "reference" });
  assert.deepEqual(Array.from(predictor.predict(images)), expected);
  assert.equal(predictor.backend, "reference");
  assert.equal(openPredictor(pathOf("f32"), { backend }).backend, backend);
});

test("into: the front of an array of one's own", async () => {
  const { images } = await ask("f32");
  const predictor = openPredictor(pathOf("f32"), { backend });
  const numbers = predictor.predict(images);
  const into = new Float64Array(1510).fill(7);
  assert.equal(predictor.predict(images, into), into);
  assert.deepEqual(Array.from(into.subarray(0, 1500)), Array.from(numbers));
  assert.ok(into.subarray(1500).every((value) => value === 7));
  const wrong = {
    name: "HeddleError",
    kind: "usage",
    message: "predict, into: expected room for 1500 numbers, got 9.",
  };
  assert.throws(() => predictor.predict(images, new Float32Array(9)), wrong);
});

test("no image, a part of an image, and a closed predictor", () => {
  const predictor = openPredictor(pathOf("f32"), { backend });
  assert.deepEqual(predictor.predict(new Uint8Array(0)), new Float32Array(0));
  for (const length of [1, 63, 65, 640 - 1]) {
    assert.throws(() => predictor.predict(new Uint8Array(length)), {
      name: "HeddleError",
      kind: "usage",
      message: `predict: expected 64 bytes an image (8x8x1), or a multiple, got ${length} bytes.`,
    });
  }
  predictor.close();
  predictor.close();
  const closed = { kind: "usage", message: "predict: expected an open predictor, got a closed one." };
  assert.throws(() => predictor.predict(new Uint8Array(64)), closed);
});

test("what is not a model is refused", () => {
  assert.throws(() => openPredictor(join(folder, "nothing"), { backend }), { name: "HeddleError", kind: "data" });
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
/** Bytes of array buffers that something still holds. A second collection waits for the sweeping of the first. */
function buffersInUse(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

test("opened and closed 200 times, predictors leave no memory behind", () => {
  const openOnce = (): void => {
    const predictor = openPredictor(pathOf("large"), { backend });
    predictor.predict(new Uint8Array(64));
    predictor.close();
  };
  openOnce();
  const before = buffersInUse();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 200; i++) {
    openOnce();
    // The least of several: the latest buffers may wait for the next sweep, what leaks stays for all of them.
    if (i >= 100 && i % 20 === 19) least = Math.min(least, buffersInUse());
  }
  // One such net is 1.2 MB; Node's own pools are some 8 KB each.
  assert.ok(least <= before + 64 * 1024, `${before} bytes before, ${least} at least after`);
});
