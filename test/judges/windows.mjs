/**
 * For windows.py: `node test/judges/windows.mjs FOLDER` writes one model for each window, stride, padding and side of
 * `test/export/windows.ts` (N.onnx), what goes in (N.images.f32) and what Heddle's engine answers (N.logits.f32), all listed in
 * FOLDER/cases.json; and names.onnx, a model whose classes have difficult names.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { graphOf } from "../../dist/src/export/graph.js";
import { encodeOnnx } from "../../dist/src/export/onnx/write.js";
import { resolveNet } from "../../dist/src/nn/net.js";
import { channelsFirst, engineLogits, imagesOf, modelOf } from "../../dist/test/export/models.js";
import { windowCases } from "../../dist/test/export/windows.js";

const [folder] = process.argv.slice(2);
const file = (name, bytes) => writeFileSync(join(folder, name), bytes);
const onnx = (model) => Buffer.concat(encodeOnnx(graphOf(model, { preprocessing: true })));
mkdirSync(folder, { recursive: true });
const cases = [];
for (const { layer, input } of windowCases()) {
  let net;
  try {
    net = resolveNet({ input, classes: 4, layers: [layer, { type: "flatten" }, { type: "dense", units: 4 }] });
  } catch {
    continue; // average pooling of a window that is larger than the image
  }
  const images = imagesOf(net.spec, 2);
  const name = `${cases.length}`;
  file(`${name}.onnx`, onnx(modelOf(net)));
  file(`${name}.images.f32`, channelsFirst(images, input).data);
  file(`${name}.logits.f32`, Float32Array.from(await engineLogits(net, images)));
  cases.push({ name, layer, shape: [2, input.channels, input.height, input.width] });
}
const classNames = ["10", "2", "ä,b", '"q"', "line\nbreak"];
const named = resolveNet({
  input: { height: 2, width: 2, channels: 1 },
  classes: 5,
  layers: [{ type: "flatten" }, { type: "dense", units: 5 }],
});
file("names.onnx", onnx(modelOf(named, { classNames })));
file("cases.json", JSON.stringify({ cases, classNames }));
