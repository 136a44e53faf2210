/** Models of a user's own images: what was decided in training goes with the model. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import type { LoadEvent } from "../../src/data/dataset.js";
import { evaluate } from "../../src/inference/evaluate.js";
import { predictFiles } from "../../src/inference/predict-files.js";
import { readModel } from "../../src/model/model-file.js";
import { train } from "../../src/train/trainer.js";
import { saying } from "../data/fixtures.js";
import { pictureFolder, png } from "../data/pictures.js";

const files = (prefix: string, names = ["low", "high"]) =>
  Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [
      `${prefix}${names[i % 2]}/${i}.png`,
      png(i % 2 === 0 ? i : 200 + i, { height: 2 + (i % 3), width: 3 }),
    ]),
  );
const settings = { model: "mlp:4", epochs: 1, batchSize: 4, threads: 1, backend: "reference" } as const;
const asked = { threads: 1, backend: "reference" } as const;

test("size and way of fitting come from the model, and need no flag", async (t) => {
  const { root } = pictureFolder(t, { ...files("train/"), ...files("test/") });
  const [dataset, out] = [`folder:${root}`, join(root, "run")];
  await train({ config: { ...settings, dataset, out, imageSize: "4x4", fit: "stretch", channels: 3 } });
  const { provenance, architecture } = readModel(join(out, "model.safetensors")).model;
  assert.deepEqual([provenance.imageSize, provenance.fit, provenance.channels], ["4x4", "stretch", 3]);
  assert.deepEqual(architecture.input, { height: 4, width: 4, channels: 3 });
  for (const split of ["test", "train", "validation"] as const) {
    const { confusion, score } = await evaluate({ path: out, split, ...asked });
    assert.equal(
      confusion.flat().reduce((sum, count) => sum + count),
      score.samples,
    );
  }

  const other = pictureFolder(t, { ...files("train/", ["low", "tall"]), ...files("test/", ["low", "tall"]) });
  const events: LoadEvent[] = [];
  const onEvent = (event: LoadEvent) => void events.push(event);
  await evaluate({ path: out, dataset: `folder:${other.root}`, split: "test", onEvent, ...asked });
  const told = events.flatMap((event) => (event.kind === "finding" ? [event.finding.evidence] : []));
  assert.match(told.join("\n"), /The model does not know tall/);
});

test("a way of fitting that training did not need is that of images of another size later", async (t) => {
  const even = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`${["low", "high"][i % 2]}/${i}.png`, png(20 * i, { height: 3, width: 3 })]),
  );
  const { root } = pictureFolder(t, { ...even });
  const [dataset, out] = [`folder:${root}`, join(root, "..", `${basename(root)}-run`)];
  t.after(() => rmSync(out, { recursive: true, force: true }));
  await train({ config: { ...settings, dataset, out, fit: "stretch" } });
  const wide = pictureFolder(t, { "wide.png": png(9, { height: 3, width: 9 }) }).root;
  const { predictions: answers } = await predictFiles({
    path: out,
    files: [join(wide, "wide.png")],
    backend: "reference",
  });
  assert.match(JSON.stringify(answers), /to 3x3 \(stretch\)/);
  assert.ok((await evaluate({ path: out, ...asked })).score.samples > 0);
});

test("size and channels are refused where the images are what they are", async () => {
  const refused = (given: object) => train({ config: { ...settings, dataset: "synthetic-digits", ...given } });
  await assert.rejects(refused({ imageSize: "4x4" }), saying(2, "--image-size", "folder:PATH", "synthetic-digits"));
  await assert.rejects(refused({ channels: 3 }), saying(2, "--channels", "folder:PATH"));
  await assert.rejects(train({ config: { ...settings, dataset: "folder:x", imageSize: "0x4" } }), saying(2, '"0x4"'));
  const wrong = { channels: 2 } as unknown as { channels: 1 };
  await assert.rejects(train({ config: { ...settings, ...wrong } }), saying(2, "channels", "1, or 3"));
});
