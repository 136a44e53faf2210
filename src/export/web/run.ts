/** Runs a graph by the plain loops of `kernels.ts`, or by others that stand for them. */
import type { Attributes, OperatorName } from "../../kernels/operators.js";
import { type Kernels, kernels, type Tensor } from "./kernels.js";

export interface Node {
  readonly operator: OperatorName;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
}

/** All values by name. `images`: [batch, channels, height, width], as the graph wants them. */
export function runGraph(
  nodes: readonly Node[],
  constants: ReadonlyMap<string, Tensor>,
  images: Tensor,
  by: Kernels = kernels,
): Map<string, Tensor> {
  const values = new Map<string, Tensor>([...constants, ["images", images]]);
  for (const { operator, inputs, output, attributes } of nodes) {
    values.set(
      output,
      by[operator](
        inputs.map((name) => values.get(name)!),
        attributes,
      ),
    );
  }
  return values;
}
