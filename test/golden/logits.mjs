/**
 * For check_model.py: what Heddle saw and thought. `node test/golden/logits.mjs RUN|FILE FIRST..LAST [DATASET]`
 * prints images of the test split as bytes (base64, channels last) with their labels and logits. `heddle predict` gives
 * neither bytes nor logits. At most 1,024 images. Logits are those of training's program, in which dropout keeps
 * everything here; of a net with batch norm they are null, for there training takes the minibatch's statistics.
 */
import { findDataset } from "../../dist/src/data/index.js";
import { loadBackend } from "../../dist/src/kernels/index.js";
import { lossOf } from "../../dist/src/losses/index.js";
import { matchParameters, readModel } from "../../dist/src/model/model-file.js";
import { resolveNet } from "../../dist/src/nn/net.js";
import { Solo } from "../../dist/test/contract/solo.js";
import { withoutChance } from "../../dist/test/golden/nets.js";

const [path, range, name] = process.argv.slice(2);
const file = readModel(path);
const { architecture, preprocessing, provenance } = file.model;
const { test } = await findDataset(name ?? provenance.dataset).load({ dataDir: process.env.HEDDLE_DATA_DIR });
const [first, last] = range.split("..").map(Number);
const count = last + 1 - first;
const pixels = test.images.length / test.count;
const images = test.images.subarray(first * pixels, (last + 1) * pixels);
const labels = test.labels.subarray(first, last + 1);

const net = resolveNet(withoutChance(architecture));
const dtype = file.tensors.some((tensor) => tensor.dtype === "F64") ? "f64" : "f32";
const { tensors } = matchParameters(file, net.parameters, dtype);
const dataset = { train: { count, images, labels } };
const loss = lossOf("cross-entropy");
const solo = new Solo(loadBackend("auto"), { net, dtype, batchSize: count, loss, preprocessing, dataset, tensors });
solo.gradient([count]);
const logits = net.layers.some(({ layer }) => layer.synchronous) ? null : solo.logits(count);
console.log(JSON.stringify({ images: Buffer.from(images).toString("base64"), labels: [...labels], logits }));
