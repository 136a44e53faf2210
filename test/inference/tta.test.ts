/** Test-time augmentation: the views of an image, and the mean of what a model answers on them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openPredictor, predict } from "../../src/index.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { parseViews, seen } from "../../src/inference/views/index.js";
import { run, temporaryFolder } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";
import { refusal } from "../run/refuses.js";

const backend = chosenBackend().name;
const shape = { height: 2, width: 3, channels: 2 };

/** Two images, 1 2 3 / 4 5 6 with 10 and 20 more in the first and second channel; the second image has 100 more. */
const images = Uint8Array.from(
  [0, 100].flatMap((more) => [1, 2, 3, 4, 5, 6].flatMap((x) => [x + 10 + more, x + 20 + more])),
);
const pixelsOf = (text: string): string[] =>
  parseViews(text, shape).map((view) => {
    const made = seen(images, view, shape);
    for (let i = 0; i < 12; i += 2) assert.deepEqual([made[i + 1], made[i + 12]], [made[i] + 10, made[i] + 100]);
    return [0, 1, 2, 3, 4, 5].map((i) => made[2 * i] - 10).join("");
  });

test("views: each word's together with each of the others', the image first, edges repeated", () => {
  assert.deepEqual(pixelsOf("flip"), ["123456", "321654"]);
  assert.deepEqual(pixelsOf("flip vertical"), ["123456", "456123"]);
  assert.deepEqual(pixelsOf("shift 1"), ["123456", "456456", "123123", "233566", "112445"]);
  assert.deepEqual(pixelsOf("diagonal 1"), ["123456", "566566", "112112"]);
  assert.deepEqual(pixelsOf("flip, diagonal 1"), ["123456", "321654", "566566", "544544", "112112", "332332"]);
  const both = pixelsOf("flip, shift 1");
  assert.deepEqual(both.slice(0, 6), ["123456", "321654", "456456", "654654", "123123", "321321"]);
  assert.deepEqual([both.length, both.slice(6)], [10, ["233566", "211544", "112445", "332665"]]);
  assert.equal(pixelsOf("flip horizontal, flip vertical").length, 4);
});

test("a score is of the mean of the probabilities, the same at any number of threads", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { subset: 300, epochs: 1, threads: 1, out });
  const tta = "flip, shift 1";
  const evaluation = await evaluate({ path: out, tta, threads: 1, backend });
  const plain = await evaluate({ path: out, threads: 1, backend });
  assert.equal("tta" in plain, false);
  assert.deepEqual(evaluation.tta, { list: tta, views: 10 });
  const { predictions, images: all } = await predict({
    path: out,
    split: "test",
    index: [0, 999],
    threads: 1,
    backend,
  });
  const predictor = openPredictor(out, { backend });
  const size = { height: 8, width: 8, channels: 1 };
  const answers = parseViews(tta, size).map((view) => predictor.predict(seen(all, view, size)));
  let [loss, right] = [0, 0];
  predictions.forEach(({ label }, sample) => {
    const mean = Array.from({ length: 10 }, (_, c) => answers.reduce((sum, p) => sum + p[sample * 10 + c], 0) / 10);
    loss -= Math.log(mean[label!]) / predictions.length;
    if (mean.indexOf(Math.max(...mean)) === label) right++;
  });
  const { values, samples } = evaluation.score;
  assert.equal(samples, predictions.length);
  assert.ok(Math.abs((values["loss"] ?? 0) - loss) < 1e-5 * loss, `${values["loss"]} is not ${loss}`);
  assert.equal(values["accuracy"], right / samples);
  assert.ok(Math.abs((values["logLoss"] ?? 0) - loss) < 1e-5 * loss);
  assert.notEqual(values["loss"], plain.score.values["loss"]);
  assert.deepEqual(await evaluate({ path: out, tta, threads: 3, backend }), evaluation);
  for (const [wrong, message] of [
    ["flop", /tta: expected a list of flip, shift, diagonal, got "flop"\. Did you mean flip\?/],
    ["shift", /tta, shift: expected a whole number of pixels, .*, got nothing/],
    ["shift 8", /tta, shift: .* got "8"/],
    ["diagonal 0", /tta, diagonal: expected a whole number of pixels, .*, got "0"/],
    ["flip, flip", /expected each view once, got flip twice/],
    ["flip sideways", /tta, flip: expected nothing, horizontal or vertical, got "sideways"/],
  ] as const) {
    await assert.rejects(evaluate({ path: out, tta: wrong, threads: 1, backend }), refusal(2, message));
  }
});
