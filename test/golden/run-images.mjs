/**
 * For check_training.py: `node test/golden/run-images.mjs RUN OUT` writes the training images of a run in the order of its
 * split.json to OUT/images.bin (bytes [samples][H][W][C]), and architecture, preprocessing and labels to OUT/net.json.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findDataset } from "../../dist/src/data/index.js";
import { readModel } from "../../dist/src/model/model-file.js";

const [run, out] = process.argv.slice(2);
const { architecture, preprocessing, provenance } = readModel(join(run, "model.safetensors")).model;
const { train: order } = JSON.parse(readFileSync(join(run, "split.json"), "utf8"));
const source = findDataset(provenance.dataset);
const { train } = await source.load({ dataDir: process.env.HEDDLE_DATA_DIR, allowMissing: true });
const pixels = train.images.length / train.count;
const images = order.map((sample) => train.images.subarray(sample * pixels, (sample + 1) * pixels));
writeFileSync(join(out, "images.bin"), Buffer.concat(images));
const labels = order.map((sample) => train.labels[sample]);
writeFileSync(join(out, "net.json"), JSON.stringify({ architecture, preprocessing, labels }));
