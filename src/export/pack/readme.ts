/** The README of a pack. Every command in it begins with `node` or `python`: archives lose what makes a file executable. */
import { bytes } from "../../base/text.js";
import { version } from "../../base/version.js";
import type { ModelMetadata } from "../../model/model-file.js";

/** The oldest C library that the addon loads with on Linux (`test/kernels/addon.test.ts` reads its symbols). */
const oldestGlibc = "2.28";

export interface ReadmeFacts {
  readonly model: ModelMetadata;
  readonly parameters: number;
  readonly weightsBytes: number;
  /** "linux-x64" */
  readonly platforms: readonly string[];
  /** Whether batch norms of the trained net went into the layers below them. */
  readonly folded: boolean;
}

export function readmeText({ model, parameters, weightsBytes, platforms, folded }: ReadmeFacts): string {
  const { provenance, preprocessing, classNames, architecture } = model;
  const { height, width, channels, maximum } = preprocessing;
  const shape = channels === 1 ? `(N, ${height}, ${width})` : `(N, ${height}, ${width}, ${channels})`;
  const names = classNames.map((name) => name.replace(/[\s\u0000-\u001f]+/g, " ").slice(0, 60));
  const shown = names.slice(0, 200).map((name, label) => `    ${label}  ${name}`);
  const digit = channels === 1 && classNames.length === 10 ? "    node predict.js --prepare mnist photo.png\n" : "";
  const addon =
    platforms.length === 0
      ? "It computes by JavaScript and WebAssembly: no addon was there when it was packed."
      : `An addon for ${platforms.join(", ")} lies in \`addon/\` (that of Linux asks for glibc ${oldestGlibc} or later, that of Linux with musl for none). Where it does not load, one
sentence says so and JavaScript with WebAssembly computes, several times slower, with the same classes.`;
  return `# ${provenance.model.slice(0, 80)}, trained on ${provenance.dataset.slice(0, 80)}

${parameters} parameters (${bytes(weightsBytes)}) in ${architecture.layers.length} layers; ${classNames.length} classes. Input: images of ${height}x${width}x${channels}, raw values
0..${maximum}: preprocessing is inside. Packed by Heddle ${version()}.${folded ? "\nBatch normalization went into the weights of the layers below it." : ""}

## Node

Node 20.19 or later, and nothing else: no installation, no build, no network, nothing is written.

    node predict.js image.png
${digit}    node predict.js images.npy
    node judge.js images.npy labels.npy

\`images\` is an array of shape ${shape}${channels === 3 ? ` or (N, 3, ${height}, ${width})` : ""} in a \`.npy\` file, or an IDX file as MNIST has it; \`labels\` has one class
number for each image. \`judge.js\` also takes a folder with one folder of PNG files for each class. It prints the accuracy
(exact matches) and the wall time of one call over all images; reading, loading and a call that warms up are outside of that
time, and stand beside it. \`--threads N\`, \`--json\`.

${addon}

In a program:

    import { openNet, classesOf } from "./index.js";
    const net = openNet();
    const probabilities = net.predict(bytes); // Uint8Array of raw values, channels last, one image after the other
    const labels = classesOf(probabilities, net.model.classNames.length);

## Python

The same net for onnxruntime:

    python -m pip install numpy onnxruntime
    python python/predict.py images.npy
    python python/judge.py images.npy labels.npy

## Files

    net.json            classes, preprocessing, and the net as programs and as a graph
    model.safetensors   the weights, named as PyTorch names them
    python/model.onnx   the net with its weights, opset 17
    lib/                the code: JavaScript as it was compiled, which imports nothing but Node's own modules, and kernels.wasm

## Classes

${shown.join("\n")}${names.length > shown.length ? `\n    … and ${names.length - shown.length} more (net.json)` : ""}
`;
}
