/** Images from files: what comes from a set's own bytes must come from a picture of them, whatever its size and colors. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type DecodedImage, invert, toChannels } from "../../src/formats/pixels.js";
import { encodePng } from "../../src/formats/png.js";
import { openPredictor, type Predictions, predict, predictFiles, train } from "../../src/index.js";
import { saying } from "../data/fixtures.js";
import { makePng } from "../data/png-maker.js";
import { configOf } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";

const backend = chosenBackend().name;
const folder = mkdtempSync(join(tmpdir(), "heddle-predict-files-"));
const count = 5;
after(() => rmSync(folder, { recursive: true, force: true }));

for (const dataset of ["synthetic-digits", "synthetic-digits-28"] as const) {
  const path = join(folder, dataset);
  let expected: Predictions;
  let pictures: DecodedImage[];

  const write = (name: string, images: readonly Uint8Array[]): string[] =>
    images.map((bytes, i) => {
      const file = join(folder, `${dataset}-${name}-${i}.png`);
      writeFileSync(file, bytes);
      return file;
    });
  /** The probabilities of the files, and what was done to each of them: the same for all. */
  async function ask(files: readonly string[], options: { invert?: boolean; fit?: "crop" | "stretch" } = {}) {
    const { predictions } = await predictFiles({ path, files, backend, ...options });
    assert.deepEqual(
      predictions.map(({ file }) => file),
      files,
    );
    const [{ steps }] = predictions;
    for (const prediction of predictions) assert.deepEqual(prediction.steps, steps);
    return { numbers: predictions.map(({ probabilities }) => probabilities), steps };
  }
  const right = () => expected.predictions.map(({ probabilities }) => probabilities);
  const range = dataset === "synthetic-digits" ? ["values brought from 0..255 to 0..16"] : [];
  const side = dataset === "synthetic-digits" ? 8 : 28;

  describe(`files with pictures of ${dataset}`, () => {
    before(async () => {
      const config = configOf({ dataset, model: "mlp:20", subset: 300, epochs: 1, threads: 1, out: path });
      await train({ config, sources: {}, onEvent: () => {} });
      expected = await predict({ path, split: "test", index: [0, count - 1], threads: 1, backend });
      const { images, maximum } = expected;
      pictures = Array.from({ length: count }, (_, i) => ({
        width: side,
        height: side,
        channels: 1,
        pixels: images.slice(i * side * side, (i + 1) * side * side).map((x) => Math.round((x * 255) / maximum)),
      }));
    });

    test("as they are", async () => {
      const { numbers, steps } = await ask(write("plain", pictures.map(encodePng)));
      assert.deepEqual(numbers, right());
      assert.deepEqual(steps, range);
    });

    test("three times as large, in color, dark on light", async () => {
      const large = pictures.map((image) => encodePng(toChannels(invert(times(image, 3)), 3)));
      const { numbers, steps } = await ask(write("large", large), { invert: true });
      assert.deepEqual(numbers, right());
      const resized = `resized from ${3 * side}x${3 * side} to ${side}x${side} (pad)`;
      assert.deepEqual(steps, ["made grey", "inverted", resized, ...range]);
    });

    test("on a wide ground, which crop cuts off", async () => {
      const wide = pictures.map((image) => encodePng(widen(image)));
      const { numbers, steps } = await ask(write("wide", wide), { fit: "crop" });
      assert.deepEqual(numbers, right());
      assert.deepEqual(steps, [`resized from ${side}x${side + 6} to ${side}x${side} (crop)`, ...range]);
      assert.notDeepEqual((await ask(write("wide", wide), { fit: "stretch" })).numbers, right());
    });

    test("black ink on nothing: with invert, what is transparent is white paper", async () => {
      const inked = pictures.map(({ width, height, pixels }) =>
        makePng({ width, height, depth: 8, color: 4 }, (x, y, c) => (c === 0 ? 0 : pixels[y * width + x])),
      );
      const { numbers, steps } = await ask(write("ink", inked), { invert: true });
      assert.deepEqual(numbers, right());
      assert.deepEqual(steps, ["laid on white", "inverted", ...range]);
    });

    test("decoded images, in a predictor", () => {
      const predictor = openPredictor(path, { backend });
      const large = pictures.map((image) => invert(times(image, 2)));
      assert.deepEqual(Array.from(predictor.predictImages(large, { invert: true })), right().flat());
      predictor.close();
    });

    test("a missing or undecodable file is named", async () => {
      const [good] = write("good", [encodePng(pictures[0])]);
      const [bad] = write("bad", [Buffer.from("no image")]);
      const missing = join(folder, "missing.png");
      const alone = (file: string) => predictFiles({ path, files: [file], backend });
      await assert.rejects(alone(missing), saying(3, `${missing}: expected an image file`, "no such file"));
      await assert.rejects(alone(bad), saying(3, `${bad}: expected a PNG or JPEG image`, "something else"));
      await assert.rejects(
        predictFiles({ path, files: [bad, missing], backend }),
        saying(3, "2 image files that decode", bad, missing),
      );
      const { predictions, failed } = await predictFiles({ path, files: [bad, good, missing], backend });
      assert.deepEqual([predictions.map(({ file }) => file), failed.map(({ file }) => file)], [[good], [bad, missing]]);
      assert.match(failed[0].reason, /expected a PNG or JPEG image .*got something else/);
    });
  });
}

describe("images that are not as the training images were", () => {
  const path = join(folder, "synthetic-digits-28");
  const digit = (): DecodedImage => {
    const { images } = digits;
    return { width: 28, height: 28, channels: 1, pixels: images.subarray(0, 784) };
  };
  let digits: Predictions;
  let files: { light: string; dark: string; canvas: string; empty: string };
  before(async () => {
    digits = await predict({ path, split: "test", index: [0, 0], threads: 1, backend });
    const { pixels } = digit();
    const put = (name: string, bytes: Uint8Array): string => {
      writeFileSync(join(folder, name), bytes);
      return join(folder, name);
    };
    const canvas = { width: 28, height: 28, depth: 8, color: 4 } as const;
    files = {
      light: put("light.png", encodePng(digit())),
      dark: put("dark.png", encodePng(invert(digit()))),
      // Black ink on nothing, as a canvas saves it.
      canvas: put(
        "canvas.png",
        makePng(canvas, (x, y, c) => (c === 0 ? 0 : pixels[28 * y + x])),
      ),
      empty: put("empty.png", encodePng({ ...digit(), pixels: new Uint8Array(784).fill(9) })),
    };
  });
  const found = async (file: string, wish?: boolean | "auto") => {
    const { predictions, findings } = await predictFiles({
      path,
      files: [file],
      backend,
      ...(wish && { invert: wish }),
    });
    return {
      probabilities: predictions[0].probabilities,
      steps: predictions[0].steps,
      ids: findings.map(({ id }) => id),
    };
  };

  test("a bright border where the training images' is dark, and an image of which nothing is left, are said", async () => {
    assert.deepEqual((await found(files.light)).ids, []);
    assert.deepEqual((await found(files.dark)).ids, ["bright-border"]);
    assert.deepEqual((await found(files.canvas)).ids, ["blank"]);
    assert.deepEqual((await found(files.empty)).ids, ["blank"]);
    assert.deepEqual((await found(files.dark, true)).ids, []);
    assert.deepEqual((await found(files.canvas, true)).ids, []);
    assert.deepEqual((await found(files.light, true)).ids, ["bright-border"]);
    const { findings } = await predictFiles({
      path,
      files: [files.dark, files.light, files.dark, files.canvas],
      backend,
    });
    assert.match(findings[1].evidence, /The border of 2 images \(.*dark\.png, .*dark\.png\) is bright where/);
    assert.match(findings[1].fix, /--invert=auto/);
  });

  test("invert auto makes each alike", async () => {
    const [light, dark, canvas] = await Promise.all(
      [files.light, files.dark, files.canvas].map((file) => found(file, "auto")),
    );
    assert.deepEqual(dark.probabilities, light.probabilities);
    assert.deepEqual(canvas.probabilities, light.probabilities);
    assert.deepEqual(light.steps, []);
    assert.deepEqual(canvas.steps, ["laid on white", "inverted, as the training images' border is dark"]);
    assert.deepEqual((await found(files.empty, "auto")).ids, ["blank"]);
  });
});

test("a folder's own images, in color, are cut as in training unless told otherwise", async () => {
  process.env.HEDDLE_CACHE_DIR = join(folder, "cache");
  const root = join(folder, "images");
  const files = ["train", "test"].flatMap((split) =>
    ["cat", "dog"].flatMap((name, c) =>
      [0, 1, 2].map((i) => {
        const pixels = Uint8Array.from({ length: 13 * 9 * 3 }, (_, at) => (at * (31 + i) + 100 * c) & 255);
        const file = join(root, split, name, `${i}.png`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, encodePng({ width: 13, height: 9, channels: 3, pixels }));
        return file;
      }),
    ),
  );
  const path = join(folder, "on-images");
  const own = { dataset: `folder:${root}`, imageSize: "6x6", fit: "crop", model: "mlp:5", validation: 0 } as const;
  await train({ config: configOf({ ...own, epochs: 1, threads: 1, out: path }), sources: {}, onEvent: () => {} });
  const expected = await predict({ path, split: "test", index: [0, 5], threads: 1, backend });
  const { predictions } = await predictFiles({ path, files: files.slice(6), backend });
  assert.deepEqual(
    predictions.map(({ probabilities, className }) => [probabilities, className]),
    expected.predictions.map(({ probabilities, className }) => [probabilities, className]),
  );
  assert.deepEqual(predictions[0].steps, ["resized from 9x13 to 6x6 (crop)"]);

  const predictor = openPredictor(path, { backend });
  const grey = { width: 6, height: 6, channels: 1, pixels: new Uint8Array(36).fill(50) } as const;
  assert.deepEqual(predictor.prepare(grey), { bytes: new Uint8Array(108).fill(50), steps: ["made RGB"] });
  predictor.close();
});

function times({ width, height, channels, pixels }: DecodedImage, factor: number): DecodedImage {
  const [newWidth, newHeight] = [width * factor, height * factor];
  const made = Uint8Array.from({ length: newWidth * newHeight }, (_, i) => {
    const [x, y] = [i % newWidth, Math.floor(i / newWidth)];
    return pixels[Math.floor(y / factor) * width + Math.floor(x / factor)];
  });
  return { width: newWidth, height: newHeight, channels, pixels: made };
}

/** Three bright columns on each side. */
function widen({ width, height, channels, pixels }: DecodedImage): DecodedImage {
  const wide = new Uint8Array((width + 6) * height).fill(200);
  for (let y = 0; y < height; y++) wide.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 6) + 3);
  return { width: width + 6, height, channels, pixels: wide };
}
