/** The registry of layers: model files, contract tests and summaries follow from this list. */
import { didYouMean, usageError } from "../../errors.js";
import type { Layer } from "../layer.js";
import type { LayerSpec } from "../spec.js";
import { dense } from "./dense.js";
import { leakyRelu } from "./leaky-relu.js";
import { relu } from "./relu.js";
import { sigmoid } from "./sigmoid.js";
import { tanh } from "./tanh.js";

export const layers: readonly Layer[] = [dense, relu, leakyRelu, tanh, sigmoid] as unknown as readonly Layer[];

/** The layer of a spec, checked against its schema. Throws `usageError`. */
export function layerOf(spec: LayerSpec, name: string): Layer {
  const layer = layers.find(({ type }) => type === spec.type);
  const types = layers.map(({ type }) => type);
  if (!layer) {
    throw usageError({
      where: `layer ${name}`,
      expected: `one of ${types.join(", ")}`,
      got: `"${String(spec.type)}"`,
      fix: didYouMean(String(spec.type), types),
    });
  }
  const parsed = layer.schema.safeParse(spec);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw usageError({
      where: `layer ${name} (${layer.type})${issue.path.length > 0 ? `, ${issue.path.join(".")}` : ""}`,
      expected: `a valid ${layer.type} layer`,
      got: `${JSON.stringify(spec)} (${issue.message})`,
    });
  }
  return layer;
}
