/** What comparisons of whole nets with PyTorch share: nets without chance, and weights that both sides compute. */

import type { Dtype, FloatArray } from "../../src/base/numbers.js";
import type { Plan } from "../../src/engine/plan.js";
import { instructionNames } from "../../src/kernels/ops/index.js";
import { elementCount, type Net } from "../../src/nn/net.js";
import type { LayerSpec, NetSpec } from "../../src/nn/spec.js";
import { hash32 } from "./formula.js";

/** Below half of 2^-32, so that no draw is below it, and so small that 1 / (1 - rate) is 1; too small to add to any number. */
const nextToZero = 2 ** -60;

/** The same net, tensors named alike, in which dropout drops nothing and noise is none: PyTorch draws others. */
export function withoutChance(spec: NetSpec): NetSpec {
  const still = (layer: LayerSpec): LayerSpec => {
    if (layer.type === "dropout") return { ...layer, rate: nextToZero };
    if (layer.type === "gaussian-noise") return { ...layer, deviation: nextToZero };
    const branches = Object.entries(layer).filter(([, value]) => isList(value));
    return { ...layer, ...Object.fromEntries(branches.map(([key, list]) => [key, (list as LayerSpec[]).map(still)])) };
  };
  return { ...spec, layers: spec.layers.map(still) };
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === "object");

/** Convolutions whose filters the plan transforms: those that go by Winograd. */
export function winogradCount({ prepare }: Plan): number {
  const code = instructionNames.indexOf("winogradFilters");
  // The operation, three buffers of three words, and two integers.
  const length = 12;
  let count = 0;
  for (let at = 2; at < prepare.length; at += length) {
    if (prepare[at] !== code) throw new Error(`preparing holds ${instructionNames[prepare[at]]} too`);
    count++;
  }
  return count;
}

/**
 * Tensors that `make_nets.py` computes too, the same in both formats: multiples of 2^-23 between -1 and 1, times a power of
 * two near sqrt(3 / fan-in) for weights, an eighth around its first value for what starts at a constant.
 */
export function formulaWeights({ parameters }: Net, dtype: Dtype): FloatArray[] {
  return parameters.map(({ shape, init, learned }, tensor) => {
    const values = dtype === "f32" ? new Float32Array(elementCount(shape)) : new Float64Array(elementCount(shape));
    const power = init.kind === "weights" ? Math.round(Math.log2(3 / init.fanIn) / 2) : -3;
    const middle = init.kind === "constant" ? init.value : 0;
    for (let i = 0; i < values.length; i++) {
      const unit = (hash32(0x30000000 + tensor * 0x100000 + i) >>> 8) * 2 ** -23 - 1;
      values[i] = Math.fround(middle + (learned === false ? Math.abs(unit) : unit) * 2 ** power);
    }
    return values;
  });
}
