/**
 * For judge.py: `node test/judges/answers.mjs RUN DATASET FOLDER [COUNT]` writes the model as FOLDER/model.onnx, and of the
 * first COUNT (10,000) test images the raw pixels as a runtime wants them (images.f32, channels first) and the logits of
 * Heddle's engine (logits.f32). DATASET lies in HEDDLE_DATA_DIR.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findDataset } from "../../dist/src/data/index.js";
import { Engine } from "../../dist/src/engine/engine.js";
import { exportModel } from "../../dist/src/index.js";
import { netOf } from "../../dist/src/inference/model-net.js";
import { openNamedModel } from "../../dist/src/inference/open-model.js";
import { channelsFirst } from "../../dist/test/export/models.js";

const [run, dataset, folder, count = "10000"] = process.argv.slice(2);
const file = openNamedModel(run);
const { net, loss, dtype, exact, tensors } = netOf(file);
const { test } = await findDataset(dataset).load({ dataDir: process.env.HEDDLE_DATA_DIR });
const { height, width, channels } = net.spec.input;
const images = test.images.subarray(0, Number(count) * height * width * channels);
const samples = images.length / (height * width * channels);
const engine = new Engine(2, "auto");
const train = { count: samples, images, labels: test.labels.subarray(0, samples) };
const { preprocessing } = file.model;
const options = { optimizer: null, batchSize: 64, places: samples, logits: true, probabilities: true };
engine.configure({ net, loss, dtype, exact, preprocessing, dataset: { train, test: null }, ...options });
engine.setParameters(tensors);
const { answers } = await engine.score(Uint32Array.from({ length: samples }, (_, i) => i));
await engine.close();
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "images.f32"), channelsFirst(images, net.spec.input).data);
writeFileSync(join(folder, "logits.f32"), Float32Array.from(answers.logits));
await exportModel({ path: run, to: "onnx", out: join(folder, "model.onnx") });
