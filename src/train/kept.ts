/** The best weights so far: a block of shared memory as a model file's data section has it, which ranks fill and write. */
import { elementBytes, type FloatArray } from "../base/numbers.js";
import { Arena, type SharedBlock } from "../engine/arena.js";
import type { Plan } from "../engine/plan.js";
import type { Backend } from "../kernels/backend.js";
import { elementCount } from "../nn/net.js";

type Planned = Pick<Plan, "dtype" | "parameters">;

/** Throws `runError` where memory does not suffice. */
export function allocateKept(plan: Planned, available: number, backend: Backend): SharedBlock {
  const numbers = plan.parameters.reduce((sum, { spec }) => sum + elementCount(spec.shape), 0);
  return Arena.allocate(plan.dtype, numbers * elementBytes(plan.dtype), available, backend).shared;
}

/** One array per parameter, in model order. */
export function keptTensors({ dtype, parameters }: Planned, kept: SharedBlock): FloatArray[] {
  const arena = new Arena(dtype, kept);
  let offset = 0;
  return parameters.map(({ spec }) => {
    const bytes = elementCount(spec.shape) * elementBytes(dtype);
    const tensor = arena.numbers({ offset, bytes });
    offset += bytes;
    return tensor;
  });
}
