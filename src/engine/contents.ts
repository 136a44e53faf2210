/** What a model file says of a net, written into an arena: how bytes become numbers, and the learned tensors. */
import type { Preprocessing } from "../data/preprocessing.js";
import type { Backend } from "../kernels/backend.js";
import type { Arena, FloatArray } from "./arena.js";
import { lanesOf, pack } from "./packing.js";
import type { Plan } from "./plan.js";

/** One pair of scale and shift for each pixel, where images are not standardised each by itself. */
export function writePreprocessing(arena: Arena, { regions, pixels }: Plan, preprocessing: Preprocessing): void {
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
  { dtype, parameters, prepare }: Plan,
  tensors: readonly FloatArray[],
  backend: Backend,
): void {
  const lanes = lanesOf(dtype);
  for (const [i, { spec, w, wt }] of parameters.entries()) {
    pack(spec.packing, lanes, tensors[i], arena.numbers(w), wt && arena.numbers(wt));
  }
  const program = backend.load(prepare, arena.all());
  for (let at = 0; at >= 0; ) at = backend.run(program, at);
  backend.unload(program);
}
