/** The registry of nets, and how `--model` and `--activation` become one. */
import { basename } from "node:path";
import type { ImageShape } from "../data/dataset.js";
import { didYouMean, usageError } from "../errors.js";
import { layerOf } from "../nn/layers/index.js";
import { outputOf } from "../nn/net.js";
import type { LayerSpec, NetSpec } from "../nn/spec.js";
import { expand, layerOfWord, parseSentence } from "./arrow/parser.js";
import { sentenceOf } from "./arrow/printer.js";
import { cs596 } from "./cs596.js";
import { imagenetNets } from "./imagenet.js";
import { kthNets } from "./kth.js";
import { lenets } from "./lenet.js";
import { mlpLayers, mlps, parseMlp } from "./mlp.js";
import { isNetFile, type NetFile, readNetFile } from "./net-file.js";
import type { Preset } from "./preset.js";
import { resnets } from "./resnet.js";
import { smallNets } from "./small.js";

export const presets: readonly Preset[] = [
  ...mlps,
  ...smallNets,
  ...lenets,
  ...cs596,
  ...kthNets,
  ...resnets,
  ...imagenetNets,
];

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

export interface NetOptions {
  readonly input?: ImageShape | undefined;
  readonly classes?: number | undefined;
  readonly activation?: string | undefined;
  /** Hears what was done to the net that its text does not say. */
  readonly onNote?: (text: string) => void;
}

/** A `--model` that is not a preset's name: what its text stands for. */
type Described =
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "mlp"; readonly hidden: readonly number[] }
  | ({ readonly kind: "file" } & NetFile)
  | { readonly kind: "sentence"; readonly layers: readonly LayerSpec[] };

/** Throws `usageError` where the text is none of them, or is wrong in itself. */
function describe(model: string): Described {
  if (model.startsWith("mlp:")) return { kind: "mlp", hidden: parseMlp(model) };
  const preset = presets.find(({ name }) => name === model);
  if (preset) return { kind: "preset", preset };
  if (isNetFile(model)) return { kind: "file", ...readNetFile(model) };
  if (isSentence(model)) return { kind: "sentence", layers: expand(parseSentence(model)) };
  const names = [...presets.map(({ name }) => name), "mlp:WIDTH-WIDTH-…"];
  throw usageError({
    where: "--model",
    expected: `one of ${names.join(", ")}, a sentence such as "conv 32x3 >> relu >> pool 2 >> fc 10", or FILE.json`,
    got: `"${model}"`,
    fix: didYouMean(model, names),
  });
}

const isSentence = (model: string): boolean =>
  /[\s[\]()>*]/.test(model) || layerOfWord(model.toLowerCase()) !== undefined;

/** What a `--model` is called where a sentence or a path would not do: in the names of run folders. */
export function modelLabel(model: string): string {
  const { kind } = describe(model);
  if (kind === "file") return basename(model).replace(/\.json$/i, "");
  return kind === "sentence" ? "net" : model;
}

/**
 * A `--model` that means the same wherever it is read again: a file's net as a sentence. Throws `usageError` where the file
 * does not fit the images and classes.
 */
export function lastingModel(model: string, shape: Pick<NetSpec, "input" | "classes">): string {
  const described = describe(model);
  if (described.kind !== "file") return model;
  checkShapes(model, described, shape);
  outputOf(described.layers, shape.input);
  return sentenceOf(described.layers);
}

/** Refuses a `--model` or `--activation` that is wrong for any image. Throws `usageError`. */
export function checkModel(model: string, activation: string | undefined): void {
  const described = describe(model);
  if (activation !== undefined) openActivation(described, model, activation);
  if (described.kind === "file") for (const [i, spec] of described.layers.entries()) layerOf(spec, `${i}`);
}

/** The activation that a net leaves open. Throws `usageError` for a net that says its own. */
function openActivation(described: Described, model: string, activation: string | undefined): LayerSpec {
  const open = described.kind === "mlp" || (described.kind === "preset" && described.preset.openActivation);
  if (activation !== undefined && !open) {
    throw usageError({
      where: `--activation ${activation}`,
      expected: "a net that leaves its activation open, such as mlp:WIDTH-WIDTH-…",
      got: `${model}, which says its own`,
      fix: "Leave --activation out.",
    });
  }
  return parseActivation(activation ?? "relu");
}

/** Where nothing says what images a net is for: CIFAR-10's. */
const usual: Preset["home"] = { input: { height: 32, width: 32, channels: 3 }, classes: 10 };

/**
 * The net of a `--model`, for this input and number of classes; where they are not given, for its home shape, or, of a
 * sentence or a file, for 32x32x3 and as many classes as it has outputs. Throws `usageError`.
 */
export function buildNet(model: string, options: NetOptions): NetSpec {
  const described = describe(model);
  const activation = openActivation(described, model, options.activation);
  if (described.kind === "mlp" || described.kind === "preset") {
    const { home } = described.kind === "mlp" ? presets[0] : described.preset;
    const shape = { input: options.input ?? home.input, classes: options.classes ?? home.classes };
    if (described.kind === "mlp") return { ...shape, layers: mlpLayers(described.hidden, shape.classes, activation) };
    return { ...shape, layers: described.preset.layers({ ...shape, activation }) };
  }
  if (described.kind === "file") checkShapes(model, described, options);
  const own: Partial<NetFile> = described.kind === "file" ? described : {};
  const input = options.input ?? own.input ?? usual.input;
  const layers = described.kind === "file" ? described.layers : flattened(described.layers, input, options.onNote);
  return { input, classes: options.classes ?? own.classes ?? outputOf(layers, input).channels, layers };
}

/** A file may say what images and classes it is for. */
function checkShapes(model: string, { input, classes }: NetFile, options: NetOptions): void {
  const where = `--model ${model}`;
  if (input && options.input && imageText(input) !== imageText(options.input)) {
    throw usageError({ where, expected: `images of ${imageText(input)}`, got: imageText(options.input) });
  }
  if (classes !== undefined && options.classes !== undefined && classes !== options.classes) {
    throw usageError({ where, expected: `${classes} classes`, got: `${options.classes}` });
  }
}

const imageText = ({ height, width, channels }: ImageShape): string => `${height}x${width}x${channels}`;

/** A sentence need not say where an image becomes a vector: before the first dense layer, and that is said. */
function flattened(
  layers: readonly LayerSpec[],
  input: ImageShape,
  onNote: NetOptions["onNote"],
): readonly LayerSpec[] {
  const result: LayerSpec[] = [];
  for (const spec of layers) {
    if (spec.type === "dense") {
      const shape = outputOf(result, input);
      if (shape.map) {
        onNote?.(
          `flatten put in before layer ${result.length}, fc ${String(spec.units)}: it gets an image of ${imageText(shape)}`,
        );
        result.push({ type: "flatten" });
      }
    }
    result.push(spec);
  }
  return result;
}
