/** The registry of nets, and how `--model` and `--activation` become one. */
import type { ImageShape } from "../data/dataset.js";
import { didYouMean, usageError } from "../errors.js";
import type { LayerSpec, NetSpec } from "../nn/spec.js";
import { mlpLayers, mlps, parseMlp } from "./mlp.js";
import type { Preset } from "./preset.js";

export const presets: readonly Preset[] = [...mlps];

const activations = ["relu", "tanh", "sigmoid", "leaky-relu:SLOPE"];

/** `relu`, `tanh`, `sigmoid` or `leaky-relu:0.01`. Throws `usageError`. */
export function parseActivation(text: string): LayerSpec {
  const [type, argument] = text.split(":");
  if (type === "leaky-relu") {
    const slope = Number(argument);
    if (argument !== undefined && argument !== "" && slope > 0 && slope <= 1) return { type, slope };
    throw usageError({
      where: `--activation ${text}`,
      expected: "a slope above 0 and at most 1, as in leaky-relu:0.01",
      got: argument === undefined ? "none" : `"${argument}"`,
    });
  }
  if (argument === undefined && activations.includes(type)) return { type };
  throw usageError({
    where: "--activation",
    expected: `one of ${activations.join(", ")}`,
    got: `"${text}"`,
    fix: didYouMean(type, activations),
  });
}

/** The net of a `--model`, for this input and number of classes; its home shape where they are not given. */
export function buildNet(
  model: string,
  {
    input,
    classes,
    activation = "relu",
  }: { input?: ImageShape | undefined; classes?: number | undefined; activation?: string | undefined },
): NetSpec {
  const activationSpec = parseActivation(activation);
  if (model.startsWith("mlp:")) {
    const hidden = parseMlp(model);
    const shape = input ?? presets[0].home.input;
    const count = classes ?? presets[0].home.classes;
    return { input: shape, classes: count, layers: mlpLayers(hidden, count, activationSpec) };
  }
  const preset = presets.find(({ name }) => name === model);
  if (!preset) {
    const names = [...presets.map(({ name }) => name), "mlp:WIDTH-WIDTH-…"];
    throw usageError({
      where: "--model",
      expected: `one of ${names.join(", ")}`,
      got: `"${model}"`,
      fix: didYouMean(model, names),
    });
  }
  const shape = { input: input ?? preset.home.input, classes: classes ?? preset.home.classes };
  return { ...shape, layers: preset.layers({ ...shape, activation: activationSpec }) };
}
