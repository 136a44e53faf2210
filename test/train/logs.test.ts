/** What a run writes for other programs: event files and tables, also after a resume. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { decodePng } from "../../src/formats/png.js";
import { readMetrics } from "../../src/run/metrics-file.js";
import type { TrainEvent } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";
import { npz } from "../data/numpy-maker.js";
import { configOf, run, type Settings, temporaryFolder } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";
import { crc32cPlain } from "./crc32c-plain.js";
import { type Entry, readEvents } from "./event-reader.js";

const small: Settings = { subset: 300, epochs: 4, threads: 1, lr: 0.01, batchSize: 50, logSteps: true };

/** A copy of run and logs as they lay when the first step of an epoch was reported: what a kill leaves. */
async function killed(t: TestContext, epoch: number): Promise<string> {
  const folder = temporaryFolder(t);
  const [now, then] = [join(folder, "now"), join(folder, "then")];
  const settings = { ...small, out: join(now, "run"), tensorboard: join(now, "tb"), csv: join(now, "log", "a.csv") };
  let copied = false;
  const onEvent = (event: TrainEvent): void => {
    if (copied || event.kind !== "step" || event.epoch !== epoch) return;
    cpSync(now, then, { recursive: true, filter: (path) => !path.endsWith(".heddle-lock") });
    copied = true;
  };
  await run(t, settings, { onEvent });
  assert.ok(copied);
  return then;
}

const scalars = (entries: readonly Entry[], tag: string): [number, number][] =>
  entries.flatMap((entry) => (entry.tag === tag ? [[entry.step, entry.value!]] : []));

/** What a run's lines say of a tag, as the file's f32. */
function linesOf(folder: string, of: (line: never) => number): [number, number][] {
  const { lines } = readMetrics(join(folder, "run", "metrics.jsonl"));
  return lines.flatMap((line) =>
    line.kind === "epoch" ? [[line["epoch"] as number, Math.fround(of(line as never))]] : [],
  );
}

const column = (text: string, name: string): string[] => {
  const [head, ...rows] = text.trimEnd().split("\r\n");
  return rows.map((row) => row.split(",")[head.split(",").indexOf(name)]);
};

test("the checksum is the Castagnoli one, masked", () => {
  const masked = crc32cPlain(Buffer.from("123456789"));
  const rotated = (masked - 0xa282ead8) >>> 0;
  assert.equal(((rotated << 15) | (rotated >>> 17)) >>> 0, 0xe3069283);
});

test("a run killed and resumed has each epoch and each step once, in event files and table", async (t) => {
  const folder = await killed(t, 3);
  const [tensorboard, csv] = [join(folder, "tb"), join(folder, "log", "a.csv")];
  // The run goes on in its copy: where its logs lie is said anew.
  const config = configOf({ threads: 1, tensorboard, csv });
  await train({ config, resume: join(folder, "run") });

  const entries = readEvents(tensorboard);
  type Line = { train: { loss: number }; validation: { accuracy: number } };
  assert.deepEqual(
    scalars(entries, "train/loss"),
    linesOf(folder, ({ train: { loss } }: Line) => loss),
  );
  assert.deepEqual(
    scalars(entries, "validation/accuracy"),
    linesOf(folder, ({ validation: { accuracy } }: Line) => accuracy),
  );
  const steps = scalars(readEvents(join(tensorboard, "minibatches")), "minibatch/loss");
  assert.deepEqual(
    steps.map(([step]) => step),
    Array.from({ length: 4 * 6 }, (_, i) => i + 1),
  );
  const weights = entries.filter(({ tag }) => tag === "0.weight");
  assert.deepEqual(
    weights.map(({ step, histogram }) => [step, histogram!.counts.reduce((a, b) => a + b), histogram!.ends.length]),
    [1, 2, 3, 4].map((step) => [step, weights[0].histogram!.count, 30]),
  );
  const times = entries.map(({ seconds }) => seconds);
  assert.ok(times.every((time, i) => time >= (times[i - 1] ?? 1e9) && time < 1e10));

  const text = readFileSync(csv, "utf8");
  assert.deepEqual(column(text, "epoch"), ["1", "2", "3", "4"]);
  const { lines } = readMetrics(join(folder, "run", "metrics.jsonl"));
  const losses = lines.flatMap((line) => (line.kind === "epoch" ? [(line as unknown as Line).train.loss] : []));
  assert.deepEqual(column(text, "train_loss").map(Number), losses);
});

test("a log asked for at a resume alone has the epochs before it too; a torn record ends its file only", async (t) => {
  const folder = await killed(t, 3);
  const tensorboard = join(folder, "anew");
  await train({ config: configOf({ threads: 1, tensorboard }), resume: join(folder, "run") });
  assert.deepEqual(
    scalars(readEvents(tensorboard), "lr").map(([step]) => step),
    [1, 2, 3, 4],
  );

  const again = await killed(t, 2);
  const torn = join(again, "tb");
  appendFileSync(join(torn, readdirSync(torn).find((name) => name.includes("tfevents"))!), Buffer.alloc(5, 1));
  await train({ config: configOf({ threads: 1, tensorboard: torn }), resume: join(again, "run") });
  assert.deepEqual(
    scalars(readEvents(torn), "lr").map(([step]) => step),
    [1, 2, 3, 4],
  );
});

test("images: ten at most, enlarged by a whole factor, as bright as the data", async (t) => {
  const folder = temporaryFolder(t);
  const tensorboard = join(folder, "tb");
  await run(t, { ...small, logSteps: false, epochs: 1, tensorboard });
  assert.ok(!existsSync(join(tensorboard, "minibatches")));
  const images = readEvents(tensorboard).filter(({ image }) => image);
  assert.deepEqual(
    images.map(({ tag, step }) => [tag, step]),
    Array.from({ length: 10 }, (_, i) => [`train_images/${i + 1}`, 0]),
  );
  const pictures = images.map(({ image }) => decodePng(image!.png, "image"));
  for (const { width, height } of pictures) assert.deepEqual([width, height], [96, 96]);
  assert.equal(Math.max(...pictures.flatMap(({ pixels }) => Array.from(pixels))), 255);
});

test("images: red stays red", async (t) => {
  const folder = temporaryFolder(t);
  const [count, tensorboard] = [20, join(folder, "tb")];
  const images = Uint8Array.from({ length: count * 36 * 3 }, (_, i) => (i % 3 === 0 ? 255 : 0));
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  const [x, y] = [
    { shape: [count, 6, 6, 3], bytes: images },
    { shape: [count], bytes: labels },
  ];
  const file = join(folder, "red.npz");
  writeFileSync(file, npz({ x_train: x, y_train: y, x_test: x, y_test: y }));
  await run(t, { dataset: `npz:${file}`, model: "mlp:3", epochs: 1, threads: 1, tensorboard });
  const [{ image }] = readEvents(tensorboard).filter((entry) => entry.image);
  assert.deepEqual([...decodePng(image!.png, "image").pixels.slice(0, 3)], [255, 0, 0]);
});

test("event files of another run are not mixed with this one's", async (t) => {
  const folder = temporaryFolder(t);
  const tensorboard = join(folder, "tb");
  await run(t, { ...small, epochs: 1, tensorboard });
  await assert.rejects(
    run(t, { ...small, epochs: 1, tensorboard }),
    refusal(2, /--tensorboard .*tb: expected a folder without event files of another run, got events\.out\.tfevents/),
  );
});

test("a log that cannot be written is refused before the first step, and given up with a note later", async (t) => {
  const folder = temporaryFolder(t);
  const csv = join(folder, "a.csv");
  mkdirSync(csv);
  await assert.rejects(run(t, { ...small, epochs: 1, csv }), refusal(1, /a\.csv: expected to write this file/));
  const notes: string[] = [];
  const lost = join(folder, "b.csv");
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note") notes.push(event.text);
    if (event.kind !== "start") return;
    rmSync(lost);
    mkdirSync(lost);
  };
  const { epochs } = await run(t, { ...small, epochs: 2, csv: lost }, { onEvent });
  assert.equal(epochs, 2);
  assert.match(
    notes.filter((text) => text.includes("b.csv")).join("|"),
    /^[^|]*a folder[^|]*The run goes on without it\.$/,
  );
});
