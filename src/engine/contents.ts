/** What a model file says of a net, written into an arena: how bytes become numbers, and the learned tensors. */

import type { FloatArray } from "../base/numbers.js";
import type { Split } from "../base/shape.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { Backend } from "../kernels/backend.js";
import { drawMixes } from "../kernels/mixes/index.js";
import { lanesOf } from "../kernels/panels.js";
import type { Arena } from "./arena.js";
import type { EngineOptions } from "./engine.js";
import { pack } from "./packing.js";
import type { Plan } from "./plan.js";

/** One pair of scale and shift for each pixel, where images are not standardized each by itself. */
export function writePreprocessing(
  arena: Arena,
  { regions, pixels }: Pick<Plan, "regions" | "pixels">,
  preprocessing: Preprocessing,
): void {
  if (preprocessing.kind !== "affine") return;
  const { channels } = preprocessing;
  const scale = arena.numbers(regions.scale);
  const shift = arena.numbers(regions.shift);
  for (let i = 0; i < pixels; i++) {
    scale[i] = preprocessing.scale[i % channels];
    shift[i] = preprocessing.shift[i % channels];
  }
}

/** `tensors` in model order and PyTorch's layout; what kernels derive from them is made by the back end. */
export function writeParameters(
  arena: Arena,
  { dtype, parameters, prepare }: Pick<Plan, "dtype" | "parameters" | "prepare">,
  tensors: readonly FloatArray[],
  backend: Pick<Backend, "load" | "run" | "unload">,
): void {
  const lanes = lanesOf(dtype);
  for (const [i, { spec, w, wt }] of parameters.entries()) {
    pack(spec.packing, lanes, tensors[i], arena.numbers(w), wt && arena.numbers(wt));
  }
  prepareCopies(arena, { prepare }, backend);
}

/** Makes what kernels derive from weights that were written. */
export function prepareCopies(
  arena: Arena,
  { prepare }: Pick<Plan, "prepare">,
  backend: Pick<Backend, "load" | "run" | "unload">,
): void {
  const program = backend.load(prepare, arena.all());
  for (let at = 0; at >= 0; ) at = backend.run(program, at);
  backend.unload(program);
}

/** The order of an epoch, and what each of its places is mixed with. */
export function writeOrder(
  arena: Arena,
  { regions }: Pick<Plan, "regions">,
  { augmentation, net, seed = 0 }: Pick<EngineOptions, "augmentation" | "net" | "seed">,
  { order, epoch }: { readonly order: Uint32Array; readonly epoch: number },
): void {
  arena.uint32(regions.order).set(order);
  const { partners, mixes } = regions;
  if (!partners || !mixes || !augmentation) return;
  const out = { partners: arena.uint32(partners), mixes: arena.float64(mixes) };
  drawMixes({ settings: augmentation, shape: net.spec.input, seed, epoch }, order, out);
}

/** Images and labels of all splits, one after the other; labels alone where the images are mapped. */
export function copySplits(arena: Arena, plan: Plan, splits: readonly Split[], present: Uint8Array | null): void {
  const images = plan.mapped ? null : arena.bytes(plan.regions.images);
  const labels = arena.uint16(plan.regions.labels);
  let sample = 0;
  for (const split of splits) {
    if (images && present)
      copyPresent(images, split.images, plan.pixels, present.subarray(sample, sample + split.count), sample);
    else images?.set(split.images, sample * plan.pixels);
    labels.set(split.labels, sample);
    sample += split.count;
  }
}

/** Images that nobody will ask for leave their pages untouched. */
function copyPresent(to: Uint8Array, images: Uint8Array, pixels: number, present: Uint8Array, first: number): void {
  for (const [i, is] of present.entries()) {
    if (is === 1) to.set(images.subarray(i * pixels, (i + 1) * pixels), (first + i) * pixels);
  }
}
