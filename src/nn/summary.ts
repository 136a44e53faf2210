/** What a net is made of: layers, shapes, parameters, multiply-adds, and the memory that training it takes. */
import type { TrainConfig } from "../config/schema.js";
import type { ImageShape, LoadOptions } from "../data/dataset.js";
import { findDataset } from "../data/index.js";
import { type Dtype, elementBytes } from "../engine/arena.js";
import { type PlanSummary, planRun, summarizePlan } from "../engine/run-plan.js";
import { findOptimizer } from "../optim/index.js";
import { chooseThreads } from "../system.js";
import { sentenceOf } from "../zoo/arrow/printer.js";
import { buildNet } from "../zoo/index.js";
import { featureCount } from "./layer.js";
import { elementCount, type NetLayer, resolveNet } from "./net.js";
import { receptiveFields } from "./receptive-field.js";

export interface LayerSummary {
  /** As tensors of the model file begin: "3", "3.body.0". */
  readonly name: string;
  readonly type: string;
  /** The spec in one phrase: "dense 299", "leaky-relu 0.01". */
  readonly description: string;
  readonly output: ImageShape;
  readonly parameters: number;
  readonly statistics: number;
  /** Of one sample's forward pass. */
  readonly multiplyAdds: number;
  /** Its output of one sample, in bytes. */
  readonly activationBytes: number;
  /** Pixels of the image that one number of the output depends on, at most the image's own. */
  readonly receptiveField: { readonly height: number; readonly width: number };
}

/** What a training run takes at this batch size; its data set's images count where one is named. */
export interface MemorySummary {
  readonly bytes: number;
  readonly batchSize: number;
  readonly optimizer: string;
  readonly dtype: Dtype;
  readonly threads: number;
}

export interface NetSummary {
  readonly parameters: number;
  /** Running statistics, which are not learned. */
  readonly statistics: number;
  /** Of one sample's forward pass. */
  readonly multiplyAdds: number;
  readonly layers: readonly LayerSummary[];
  readonly activationBytes: number;
  readonly memory: MemorySummary;
  /** How a step of that run goes through the net. */
  readonly plan: PlanSummary;
  /** The net in the arrow language. */
  readonly sentence: string;
  readonly input: ImageShape;
  readonly classes: number;
  /** What was done to the net that its text does not say. */
  readonly notes: readonly string[];
}

export interface SummaryOptions extends LoadOptions {
  readonly input?: ImageShape;
  readonly classes?: number;
  readonly activation?: string;
  /** Takes input and classes from this data set. */
  readonly dataset?: string;
  /** Of the run whose memory is told: 64, adam, f32 and every core where absent. */
  readonly batchSize?: number;
  readonly optimizer?: string;
  readonly dtype?: Dtype;
  readonly threads?: TrainConfig["threads"];
  readonly exactConv?: boolean;
}

/** The home shape of the net, unless told. */
export async function summarize(model: string, options: SummaryOptions = {}): Promise<NetSummary> {
  const { dataset, activation, batchSize = 64, optimizer = "adam", dtype = "f32" } = options;
  const data = dataset === undefined ? null : await findDataset(dataset).load(options);
  const notes: string[] = [];
  const spec = buildNet(model, {
    input: options.input ?? data?.shape,
    classes: options.classes ?? data?.classes.length,
    activation,
    onNote: (text) => notes.push(text),
  });
  const net = resolveNet(spec);
  const fields = receptiveFields(net);
  const layers = net.layers.map((layer, i) => summaryOf(layer, fields[i], dtype));
  const { threads } = chooseThreads(options.threads ?? "auto");
  const places = data?.train.count ?? batchSize;
  const samples = data ? data.train.count + (data.test?.count ?? 0) : 0;
  const exact = options.exactConv ?? false;
  const run = { batchSize, dtype, threads, places, samples, exact, optimizer: findOptimizer(optimizer) };
  const plan = planRun(net, run);
  return {
    parameters: net.parameterCount,
    statistics: net.statisticCount,
    multiplyAdds: net.multiplyAdds,
    layers,
    activationBytes: layers.reduce((sum, { activationBytes }) => sum + activationBytes, 0),
    memory: {
      bytes: plan.bytes,
      ...{ batchSize, optimizer, dtype, threads },
    },
    plan: summarizePlan(net, plan),
    sentence: sentenceOf(spec.layers),
    input: spec.input,
    classes: spec.classes,
    notes,
  };
}

function summaryOf(
  { spec, layer, place, output, parameters, multiplyAdds }: NetLayer,
  receptiveField: LayerSummary["receptiveField"],
  dtype: Dtype,
): LayerSummary {
  const count = (learned: boolean): number =>
    parameters
      .filter((parameter) => (parameter.learned !== false) === learned)
      .reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const { height, width, channels } = output;
  // The layers of a composite one stand before it.
  const words = layer.branches ? "" : layer.notation.write(spec, sentenceOf);
  return {
    name: place.name,
    type: spec.type,
    description: `${spec.type} ${words}`.trimEnd(),
    output: { height, width, channels },
    parameters: count(true),
    statistics: count(false),
    multiplyAdds,
    activationBytes: featureCount(output) * elementBytes(dtype),
    receptiveField,
  };
}
