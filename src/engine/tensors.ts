/** Tensors that lie packed in an arena, read and written as files have them. */
import { type FloatArray, floatsOf } from "../base/numbers.js";
import { lanesOf } from "../kernels/panels.js";
import type { Region } from "../kernels/signature.js";
import { elementCount } from "../nn/net.js";
import type { ParameterSpec } from "../nn/spec.js";
import type { Arena } from "./arena.js";
import { pack, unpack } from "./packing.js";

/** A tensor of a parameter's shape: its weights, their state or their average. */
export interface Placed {
  readonly spec: ParameterSpec;
  readonly at: Region;
}

/** Into `into`, or into new arrays. */
export function readTensors(arena: Arena, placed: readonly Placed[], into?: readonly FloatArray[]): FloatArray[] {
  const type = floatsOf(arena.dtype);
  return placed.map(({ spec, at }, i) => {
    const tensor = into?.[i] ?? new type(elementCount(spec.shape));
    unpack(spec.packing, lanesOf(arena.dtype), arena.numbers(at), tensor);
    return tensor;
  });
}

export function writeTensors(arena: Arena, placed: readonly Placed[], tensors: readonly FloatArray[]): void {
  for (const [i, { spec, at }] of placed.entries()) {
    pack(spec.packing, lanesOf(arena.dtype), tensors[i], arena.numbers(at), null);
  }
}
