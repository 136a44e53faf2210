/** What `--activation` can be: the elementwise layers, each with its own options. */
import type { z } from "zod";
import { pick } from "../base/registry.js";
import { type Choice, readSetting, type Setting } from "../base/setting.js";
import { layers } from "../nn/layers/index.js";
import type { LayerSpec } from "../nn/spec.js";

export const activations: readonly Choice[] = layers
  .filter(({ elementwise }) => elementwise)
  .map(({ type, summary, schema }) => ({
    name: type,
    summary,
    options: (schema as unknown as z.ZodObject).omit({ type: true }),
  }));

const wanted = { where: "activation", what: "an activation" };

/** The layer of "tanh", "leaky-relu:0.01" or of a setting that was read. Throws `usageError`. */
export function activationLayer(setting: string | Setting): LayerSpec {
  const { name, ...options } = readSetting(activations, setting, wanted);
  return { type: pick(activations, name, wanted).name, ...options };
}
