/** The registry of layers: model files, contract tests and summaries follow from this list. */
import { didYouMean, usageError } from "../../base/errors.js";
import { activations, identity } from "../../kernels/activations/index.js";
import type { Layer } from "../layer.js";
import type { LayerSpec } from "../spec.js";
import { averagePool } from "./average-pool.js";
import { batchNorm } from "./batch-norm.js";
import { conv2d } from "./conv2d.js";
import { dense } from "./dense.js";
import { dropout } from "./dropout.js";
import { elementwiseLayer } from "./elementwise.js";
import { flatten } from "./flatten.js";
import { gaussianNoise } from "./gaussian-noise.js";
import { globalAveragePool } from "./global-average-pool.js";
import { groupedConv2d } from "./grouped-conv2d.js";
import { maxPool } from "./max-pool.js";
import { maxout } from "./maxout.js";
import { residual } from "./residual.js";

export const layers: readonly Layer[] = [
  dense,
  ...activations.filter(({ name }) => name !== identity.name).map(elementwiseLayer),
  conv2d,
  groupedConv2d,
  maxPool,
  averagePool,
  globalAveragePool,
  batchNorm,
  dropout,
  gaussianNoise,
  maxout,
  flatten,
  residual,
] as unknown as readonly Layer[];

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
      got: `${textOf(spec)} (${issue.message})`,
    });
  }
  return layer;
}

/** A spec for people: lists of layers by their length, since they may be long and deep; numbers that JSON lacks by name. */
const textOf = (spec: LayerSpec): string =>
  JSON.stringify(spec, (_key, value: unknown) => {
    if (typeof value === "number" && !Number.isFinite(value)) return String(value);
    return Array.isArray(value) && typeof value[0] === "object" ? `${value.length} layers` : value;
  });

/** Layers of a list, those of branches counted. */
export const countLayers = (specs: readonly LayerSpec[]): number =>
  specs.reduce((sum, spec) => {
    const branches = Object.values(layerOf(spec, "of a list").branches?.(spec) ?? {});
    return branches.reduce((inner, list) => inner + countLayers(list), sum + 1);
  }, 0);
