/** The registry of nets, and how `--model` and `--activation` become one. */
import { basename } from "node:path";
import { usageError } from "../base/errors.js";
import { lookUp, suggest } from "../base/registry.js";
import { type Setting, settingText } from "../base/setting.js";
import type { ImageShape } from "../base/shape.js";
import { layerOf } from "../nn/layers/index.js";
import { outputOf } from "../nn/net.js";
import type { LayerSpec, NetSpec } from "../nn/spec.js";
import { activationLayer, activations } from "./activations.js";
import { endsBare, expand, layerOfWord, parseSentence, someBare } from "./arrow/parser.js";
import { sentenceOf } from "./arrow/printer.js";
import { cs596 } from "./cs596.js";
import { imagenetNets } from "./imagenet.js";
import { kthNets } from "./kth.js";
import { lenets } from "./lenet.js";
import { mlpLayers, mlps, parseMlp } from "./mlp.js";
import { mobilenets } from "./mobilenet.js";
import { isNetFile, type NetFile, readNetFile } from "./net-file.js";
import type { Preset } from "./preset.js";
import { resnets } from "./resnet.js";
import { smallNets } from "./small.js";
import { speedRunNets } from "./speed-run.js";

export const presets: readonly Preset[] = [
  ...mlps,
  ...smallNets,
  ...lenets,
  ...cs596,
  ...kthNets,
  ...resnets,
  ...mobilenets,
  ...speedRunNets,
  ...imagenetNets,
];

export interface NetOptions {
  readonly input?: ImageShape | undefined;
  readonly classes?: number | undefined;
  readonly activation?: string | Setting | undefined;
  /** Hears what was done to the net that its text does not say. */
  readonly onNote?: (text: string) => void;
}

/** A `--model` that is not a preset's name: what its text stands for. */
type Described =
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "mlp"; readonly hidden: readonly number[] }
  | ({ readonly kind: "file" } & NetFile)
  /** `bare`: some sizes are not said; `open`: those of the last layer. */
  | {
      readonly kind: "sentence";
      readonly layers: readonly LayerSpec[];
      readonly bare: boolean;
      readonly open: boolean;
    };

/** Throws `usageError` where the text is none of them, or is wrong in itself. */
function describe(model: string): Described {
  if (model.startsWith("mlp:")) return { kind: "mlp", hidden: parseMlp(model) };
  const preset = lookUp(presets, model);
  if (preset) return { kind: "preset", preset };
  if (isNetFile(model)) return { kind: "file", ...readNetFile(model) };
  if (isSentence(model)) {
    const parts = parseSentence(model);
    return { kind: "sentence", layers: expand(parts), bare: someBare(parts), open: endsBare(parts) };
  }
  const names = [...presets.map(({ name }) => name), "mlp:WIDTH-WIDTH-…"];
  throw usageError({
    where: "--model",
    expected: 'a net by name, a sentence such as "conv 32x3 >> relu >> pool 2 >> fc 10", or FILE.json',
    got: `"${model}"`,
    fix: suggest(model, names),
  });
}

const isSentence = (model: string): boolean =>
  /[\s[\]()>*]/.test(model) || layerOfWord(model.toLowerCase()) !== undefined;

/** What a `--model` is called where a sentence or a path would not do: in the names of run folders. */
export function modelLabel(model: string): string {
  const described = describe(model);
  const { kind } = described;
  if (kind === "preset") return described.preset.name;
  if (kind === "file") return basename(model).replace(/\.json$/i, "");
  return kind === "sentence" ? "net" : model;
}

/**
 * A `--model` that means the same wherever it is read again: a preset by its own name, a file's net as a sentence, all
 * sizes said. Throws `usageError` where the file does not fit the images and classes.
 */
export function lastingModel(model: string, shape: Pick<NetSpec, "input" | "classes">): string {
  const described = describe(model);
  if (described.kind === "sentence" && described.bare) return sentenceOf(closed(described, shape.classes));
  if (described.kind === "preset") return described.preset.name;
  if (described.kind !== "file") return model;
  checkShapes(model, described, shape);
  outputOf(described.layers, shape.input);
  return sentenceOf(described.layers);
}

/** Refuses a `--model` or `--activation` that is wrong for any image. Throws `usageError`. */
export function checkModel(model: string, activation: NetOptions["activation"]): void {
  const described = describe(model);
  if (activation !== undefined) openActivation(described, model, activation);
  if (described.kind === "file") for (const [i, spec] of described.layers.entries()) layerOf(spec, `${i}`);
}

/** The activation that a net leaves open. Throws `usageError` for a net that says its own. */
function openActivation(described: Described, model: string, activation: NetOptions["activation"]): LayerSpec {
  const open = described.kind === "mlp" || (described.kind === "preset" && described.preset.openActivation);
  if (activation !== undefined && !open) {
    throw usageError({
      where: `--activation ${typeof activation === "string" ? activation : settingText(activations, activation)}`,
      expected: "a net that leaves its activation open, such as mlp:WIDTH-WIDTH-…",
      got: `${model}, which says its own`,
      fix: "Leave --activation out.",
    });
  }
  return activationLayer(activation ?? "relu");
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
  if (described.kind === "sentence" && described.bare) {
    options.onNote?.(`sizes that the sentence leaves out: ${sentenceOf(closed(described, options.classes))}`);
  }
  const layers =
    described.kind === "file" ? described.layers : flattened(closed(described, options.classes), input, options.onNote);
  return { input, classes: options.classes ?? own.classes ?? outputOf(layers, input).channels, layers };
}

/** The layers of a sentence; the last one, where its size is left out, has one output a class. */
function closed({ layers, open }: Described & { kind: "sentence" }, classes = usual.classes): readonly LayerSpec[] {
  const last = layers.at(-1);
  return open && last?.type === "dense" ? [...layers.slice(0, -1), { ...last, units: classes }] : layers;
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
