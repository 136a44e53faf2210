/**
 * A model whose batch normalizations went into the layers below them, for prediction alone: of y = scale (W x + b) + shift the
 * rows scale W and the biases scale b + shift, in double and rounded once. The answer is the same up to rounding, which is why
 * scores of a split are taken of the model as it was trained.
 */
import type { FloatArray } from "../base/numbers.js";
import type { ModelFile } from "../model/model-file.js";
import type { Tensor } from "../model/safetensors.js";
import type { Affine } from "../nn/layer.js";
import { layerOf } from "../nn/layers/index.js";
import type { LayerSpec } from "../nn/spec.js";
import { netOf } from "./model-net.js";

/** The same file where there is nothing to fold. Throws `dataError` as `netOf` does. */
export function foldedModel<Model extends ModelFile>(file: Model): Model {
  const { net, tensors, dtype } = netOf(file);
  if (net.layers.every(({ layer }) => !layer.affine)) return file;
  const folding = new Folding(
    net.parameters.map(({ name, shape }, i) => ({
      name,
      shape,
      dtype: dtype === "f64" ? "F64" : "F32",
      data: tensors[i],
    })),
  );
  const layers = folding.list(net.spec.layers, "", "");
  return { ...file, model: { ...file.model, architecture: { ...net.spec, layers } }, tensors: folding.made };
}

class Folding {
  /** Of the folded net, in its order and under its names. */
  readonly made: Tensor[] = [];
  readonly #given: ReadonlyMap<string, Tensor>;

  constructor(given: readonly Tensor[]) {
    this.#given = new Map(given.map((tensor) => [tensor.name, tensor]));
  }

  /** The layers of a list, whose names begin with `from`, under names that begin with `to`. */
  list(specs: readonly LayerSpec[], from: string, to: string): LayerSpec[] {
    const folded: LayerSpec[] = [];
    for (let i = 0; i < specs.length; i++) {
      const [old, name] = [`${from}${i}`, `${to}${folded.length}`];
      const layer = layerOf(specs[i], old);
      const above = i + 1 < specs.length ? layerOf(specs[i + 1], `${from}${i + 1}`) : undefined;
      const affine = layer.withBias && above?.affine?.(specs[i + 1], (last) => this.#data(`${from}${i + 1}.${last}`));
      if (layer.withBias && affine && this.#fold(old, name, affine)) {
        folded.push(layer.withBias(specs[i]));
        i++;
        continue;
      }
      const branches = Object.entries(layer.branches?.(specs[i]) ?? {}).filter(([, list]) => list.length > 0);
      const changed = branches.map(([branch, list]) => {
        return [branch, this.list(list, `${old}.${branch}.`, `${name}.${branch}.`)] as const;
      });
      folded.push({ ...specs[i], ...Object.fromEntries(changed) });
      this.#keep(old, name);
    }
    return folded;
  }

  #data(name: string): FloatArray {
    return this.#given.get(name)!.data as FloatArray;
  }

  /** False where numbers would leave the format. */
  #fold(old: string, name: string, { scale, shift }: Affine): boolean {
    const weight = this.#given.get(`${old}.weight`)!;
    const bias = this.#given.get(`${old}.bias`)?.data as FloatArray | undefined;
    const each = weight.data.length / scale.length;
    const numbers = (length: number, of: (i: number) => number): FloatArray =>
      weight.dtype === "F64"
        ? Float64Array.from({ length }, (_, i) => of(i))
        : Float32Array.from({ length }, (_, i) => of(i));
    const rows = numbers(weight.data.length, (i) => Number(weight.data[i]) * scale[Math.floor(i / each)]);
    const biases = numbers(scale.length, (row) => (bias?.[row] ?? 0) * scale[row] + shift[row]);
    if (![rows, biases].every((part) => part.every(Number.isFinite))) return false;
    this.made.push({ ...weight, name: `${name}.weight`, data: rows });
    this.made.push({ ...weight, name: `${name}.bias`, shape: [scale.length], data: biases });
    return true;
  }

  /** A layer's own tensors, under its new name. */
  #keep(old: string, name: string): void {
    for (const tensor of this.#given.values()) {
      const last = tensor.name.slice(old.length + 1);
      if (tensor.name === `${old}.${last}` && !last.includes("."))
        this.made.push({ ...tensor, name: `${name}.${last}` });
    }
  }
}
