/** What a net is made of: layers, shapes, parameters, multiply-adds, and the memory that training it takes. */

import { anObject, aText, type Check, checkOptions, whole } from "../base/given.js";
import { type Dtype, elementBytes } from "../base/numbers.js";
import { readSetting, type Setting, settingText } from "../base/setting.js";
import type { ImageShape } from "../base/shape.js";
import { checkValue, completeConfig } from "../config/fields.js";
import { loadChecks, settings } from "../config/given.js";
import type { TrainConfig, TrainConfigInput } from "../config/schema.js";
import type { LoadOptions } from "../data/dataset.js";
import { findDataset, refuseIdle } from "../data/index.js";
import { splitsOf } from "../data/samples.js";
import { featureCount } from "../nn/layer.js";
import { elementCount, type Net, type NetLayer, resolveNet } from "../nn/net.js";
import { receptiveFields } from "../nn/receptive-field.js";
import { optimizers, ruleOf } from "../optim/index.js";
import { sentenceOf } from "../zoo/arrow/printer.js";
import { buildNet } from "../zoo/index.js";
import { parameterGroups } from "./parameter-groups.js";
import { type PlanSummary, planRun, summarizePlan } from "./plan-summary.js";
import { type ScheduleSummary, scheduleSummary } from "./schedule-summary.js";
import { checkConvolves } from "./session.js";
import { chooseThreads } from "./threads.js";

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
  /** How the rate of that run goes from update to update, where a schedule was named. */
  readonly schedule?: ScheduleSummary;
  /** Which tensors are updated how, where that was asked. */
  readonly groups?: readonly GroupSummary[];
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
  readonly activation?: string | Setting;
  /** Takes input and classes from this data set. */
  readonly dataset?: string;
  /** Of the run whose memory is told: 64, adam, f32 and every core where absent. */
  readonly batchSize?: number;
  readonly optimizer?: string | Setting;
  readonly dtype?: Dtype;
  readonly threads?: TrainConfig["threads"];
  readonly exactConv?: boolean;
  /** Drawn over the epochs of a run with this base rate; on `dataset`, or the one that training takes by itself. */
  readonly schedule?: string | Setting;
  /** Who is in which group of parameters: true of the optimizer alone. */
  readonly groups?: TrainConfigInput["groups"] | true;
  readonly freeze?: string;
  readonly lr?: number;
  readonly epochs?: number;
  readonly accumulate?: number;
}

const summaryChecks: Readonly<Record<string, Check>> = {
  ...loadChecks,
  ...settings("activation", "dataset", "optimizer", "dtype", "threads", "exactConv"),
  groups: (value, where) => void (value === true || checkValue("groups", value, where)),
  ...settings("freeze", "schedule", "lr", "epochs", "accumulate"),
  batchSize: whole(1, 2 ** 24),
  classes: whole(1, 2 ** 16),
  input(value, where) {
    anObject(value, where);
    const shape = value as Record<string, unknown>;
    for (const key of ["height", "width", "channels"]) whole(1, 2 ** 16)(shape[key], `${where}, ${key}`);
  },
};

/** The home shape of the net, unless told. */
export async function summarize(model: string, options: SummaryOptions = {}): Promise<NetSummary> {
  aText(model, "summarize, net");
  checkOptions("summarize", options, summaryChecks);
  const { dataset, activation, batchSize = 64, optimizer = "adam", dtype = "f32" } = options;
  if (dataset === undefined) refuseIdle({ name: "no --dataset" }, options);
  const data = dataset === undefined ? null : await findDataset(dataset).load(options);
  const notes: string[] = [];
  const spec = buildNet(model, {
    input: options.input ?? data?.shape,
    classes: options.classes ?? data?.classes.length,
    activation,
    onNote: (text) => notes.push(text),
  });
  const net = resolveNet(spec);
  const layers = layerSummaries(net, dtype);
  const { threads } = chooseThreads(options.threads ?? "auto");
  const places = data?.train.count ?? batchSize;
  const samples = data ? splitsOf(data).reduce((sum, { count }) => sum + count, 0) : 0;
  const exact = options.exactConv ?? false;
  if (exact) checkConvolves(net, model);
  const run = { batchSize, dtype, threads, places, samples, exact, optimizer: ruleOf(optimizer) };
  const plan = planRun(net, run);
  return {
    parameters: net.parameterCount,
    statistics: net.statisticCount,
    multiplyAdds: net.multiplyAdds,
    layers,
    activationBytes: layers.reduce((sum, { activationBytes }) => sum + activationBytes, 0),
    memory: {
      bytes: plan.bytes,
      ...{ batchSize, dtype, threads },
      optimizer: settingText(
        optimizers,
        readSetting(optimizers, optimizer, { where: "optimizer", what: "an optimizer" }),
      ),
    },
    ...(options.schedule !== undefined && { schedule: await scheduleSummary(options.schedule, options) }),
    ...((options.groups !== undefined || options.freeze !== undefined) && { groups: groupSummary(net, options) }),
    plan: summarizePlan(net, plan),
    sentence: sentenceOf(spec.layers),
    input: spec.input,
    classes: spec.classes,
    notes,
  };
}

export interface GroupSummary {
  readonly name: string;
  /** Its optimizer with options, and its base rate; null where it is frozen. */
  readonly rule: string | null;
  readonly lr: number | null;
  readonly parameters: number;
  readonly tensors: readonly string[];
}

/** The counts add up to the net's learned numbers. */
function groupSummary(net: Net, { groups, freeze, optimizer = "adam", lr }: SummaryOptions): GroupSummary[] {
  const given = { optimizer, freeze, lr, groups: groups === true ? undefined : groups };
  return parameterGroups(net, completeConfig(given)).groups.map(({ updater, ...group }) => ({
    ...group,
    rule: updater && settingText(optimizers, updater.optimizer),
    lr: updater && updater.lr,
  }));
}

/** Of each layer in order; those of a composite one stand before it. */
export function layerSummaries(net: Net, dtype: Dtype): LayerSummary[] {
  const fields = receptiveFields(net);
  return net.layers.map((layer, i) => summaryOf(layer, fields[i], dtype));
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
