/** What augmentation makes of images: some samples, each beside several draws of it. */

import { augmentArguments, augmentWorkspace } from "../augment/operation.js";
import type { Dataset } from "../data/dataset.js";
import { Arena, Layout } from "../engine/arena.js";
import type { Augmentation } from "../kernels/changes/index.js";
import { loadBackend } from "../kernels/index.js";
import { stepBlock } from "../kernels/layout.js";
import { drawMixes, mixesImages, mixNumbers } from "../kernels/mixes/index.js";
import { ProgramWriter } from "../kernels/program-writer.js";

/** The seed that training has by default. */
const seed = 0;

/** The samples of the training split as the first `epochs` epochs would see them, mixed with each other where images are mixed: [sample][epoch], values 0 … maximum. */
export function drawImages(
  { train, shape, maximum }: Dataset,
  augmentation: Augmentation,
  samples: readonly number[],
  epochs: number,
): Float64Array[][] {
  const pixels = shape.height * shape.width * shape.channels;
  const layout = new Layout();
  const numbers = (length: number): ReturnType<Layout["region"]> => layout.region(length * 8);
  const [block, x, scale, shift] = [stepBlock.words, pixels, pixels, pixels].map(numbers);
  const mixed = mixesImages(augmentation);
  const workspace = numbers(augmentWorkspace(shape, mixed));
  const order = layout.region(samples.length * 4);
  const partners = mixed ? layout.region(samples.length * 4) : null;
  const mixes = mixed ? layout.region(samples.length * mixNumbers * 8) : null;
  // A draw belongs to a sample's number, so each stands in its own place; the system gives memory only to those.
  const images = layout.region(train.count * pixels + 64);

  const backend = loadBackend("auto");
  const arena = Arena.allocate("f64", layout.bytes, Infinity, backend);
  arena.uint32(order).set(samples);
  arena.numbers(scale).fill(1);
  for (const sample of samples) {
    const at = sample * pixels;
    arena.bytes(images).set(train.images.subarray(at, at + pixels), at);
  }
  const writer = new ProgramWriter(8, block);
  const source = { x: { region: x, ld: pixels }, images, order, scale, shift, perImage: 0 };
  const mixing = { partners, mixes };
  writer.add("augment", {
    ...source,
    workspace,
    ...mixing,
    ...shape,
    maximum,
    ...augmentArguments(augmentation, seed),
  });
  const program = backend.load(writer.finish(), arena.all());
  const step = arena.float64(block);
  step[stepBlock.rows] = 1;
  const drawn: Float64Array[][] = samples.map(() => []);
  for (let epoch = 0; epoch < epochs; epoch++) {
    if (partners && mixes) {
      const out = { partners: arena.uint32(partners), mixes: arena.float64(mixes) };
      drawMixes({ settings: augmentation, shape, seed, epoch }, Uint32Array.from(samples), out);
    }
    for (const [cursor, images] of drawn.entries()) {
      [step[stepBlock.cursor], step[stepBlock.epoch]] = [cursor, epoch];
      for (let at = 0; at >= 0; ) at = backend.run(program, at);
      images.push(Float64Array.from(arena.float64(x).subarray(0, pixels)));
    }
  }
  backend.unload(program);
  return drawn;
}
