/**
 * The plan: what every rank does in a step, on which bytes. It is made once, before anything is allocated, from the net,
 * the minibatch and the number of ranks; and it is plain data, so that ranks get it as it is.
 *
 * Nothing here that can change a sum depends on the number of ranks or on the machine: samples are cut into chunks by a
 * constant; the gradient of a dense weight is one chain over the minibatch's samples, computed by the owner of the tile.
 */
import type { Augmentation } from "../data/augment/augmentation.js";
import { type ProgramPart, ProgramWriter, type Region } from "../kernels/operations.js";
import { featureCount } from "../nn/layer.js";
import type { TrainedLoss } from "../nn/losses.js";
import type { Net } from "../nn/net.js";
import { optimizers } from "../optim/index.js";
import type { Optimizer } from "../optim/optimizer.js";
import { type Dtype, elementBytes, Layout } from "./arena.js";
import { augmentArguments, augmentWorkspace } from "./augment.js";
import type { Tensor } from "./lowering.js";
import { Memory, type PlannedParameter, type StageMemory } from "./memory.js";
import { lanesOf, padded } from "./packing.js";
import { Passes } from "./program.js";
import { type Extent, makeStages, type Stage } from "./stages.js";
import { stepBlock } from "./step.js";

/** A minibatch of more samples goes through the net in chunks of this many; their gradients go on from one another. */
export const chunkSamples = 1024;
/** Samples that go through several layers at a time (`Extent`). */
const block = { blocks: 8, wide: 64 };
/** Evaluation takes at most this many samples at a time through the net; of nets that go in blocks, a few blocks. */
export const mostScored = 64;
const scoredBlocks = 4;
/** Fewer where their activations would take more memory than this on each rank. */
const scoredBytes = 256 * 2 ** 20;
/** Groups of a minibatch whose partial gradients are added as a tree: as many as divide well among ranks, of whole blocks. */
const mostGroups = 16;

const groupsOf = (batchSize: number): number => {
  const most = Math.max(1, Math.min(mostGroups, Math.floor(batchSize / block.blocks)));
  return 2 ** Math.floor(Math.log2(most));
};

export interface PlanOptions {
  readonly net: Net;
  readonly dtype: Dtype;
  /** Samples per step; ignored where `optimizer` is null. */
  readonly batchSize: number;
  /** Null for a plan that only evaluates. */
  readonly optimizer: Optimizer | null;
  readonly loss: TrainedLoss;
  readonly perImage: boolean;
  readonly ranks: number;
  /** Ranks spin at barriers before they sleep. */
  readonly spin: boolean;
  /** Samples of all splits together. */
  readonly samples: number;
  /** The longest list of samples that is ever trained or scored in one go. */
  readonly places: number;
  /** Keep every class's probability of each scored sample. */
  readonly probabilities: boolean;
  /** Seed of the draws of dropout and noise. */
  readonly seed?: number;
  /** No algorithm that rounds otherwise than a layer's definition. */
  readonly exact?: boolean;
  /** What is done to the images that are trained on. */
  readonly augmentation?: Augmentation | null;
  /** The largest value a pixel can have; 255 where absent. */
  readonly maximum?: number;
  /** Samples come without labels: scoring predicts and has no loss. */
  readonly unlabelled?: boolean;
}

/** One part of the net between two tensors: what a search for the first wrong number goes through. */
export interface PlannedStage {
  /** Positions of its layers in the net. */
  readonly layers: readonly number[];
  readonly output: Tensor;
  /** How many samples go through it at a time. */
  readonly extent: Extent;
  /** How its weights' gradient comes about: partial sums of groups of samples, or by the owner of a weight over all of them. */
  readonly gradient: "groups" | "owners" | null;
  /** Bytes of the whole arena that it keeps from one pass to the next: its output, what backward needs of it. */
  readonly keptBytes: number;
}

export interface Plan {
  readonly dtype: Dtype;
  readonly ranks: number;
  readonly batchSize: number;
  readonly chunk: number;
  /** Groups of whole samples that a chunk is cut into; 0 where ranks take single samples. */
  readonly groups: number;
  /** Samples that a rank scores at a time. */
  readonly scoreRows: number;
  readonly pixels: number;
  readonly bytes: number;
  readonly regions: {
    readonly images: Region;
    readonly labels: Region;
    readonly order: Region;
    readonly scale: Region;
    readonly shift: Region;
    readonly control: Region;
    readonly barrier: Region;
    readonly flag: Region;
    readonly totals: Region;
    readonly stepLosses: Region;
    readonly classWeights: Region | null;
    readonly loss: Region;
    readonly predicted: Region;
    readonly probabilities: Region | null;
    readonly stepBlocks: readonly Region[];
  };
  readonly input: Tensor;
  readonly stages: readonly PlannedStage[];
  readonly parameters: readonly PlannedParameter[];
  /** Per rank; null in a plan that only evaluates. */
  readonly train: readonly Float64Array[] | null;
  readonly score: readonly Float64Array[];
  /** What the operations of the first rank's training program are. */
  readonly parts: readonly ProgramPart[];
  /** To be run by one thread when parameters have been written from outside. */
  readonly prepare: Float64Array;
}

export function makePlan(options: PlanOptions): Plan {
  const { net, dtype, optimizer, ranks, places } = options;
  const lanes = lanesOf(dtype);
  const bytes = elementBytes(dtype);
  const layout = new Layout();
  const numbers = (length: number): Region => layout.region(length * bytes);
  const stages = makeStages(net);
  const inBlocks = stages.some(({ extent, main }) => extent !== "shards" || main.layer.synchronous);
  const activations = stages.reduce((sum, { output }) => sum + featureCount(output) * bytes, 0);
  const affordable = Math.max(1, Math.floor(scoredBytes / activations));
  const scoreRows = Math.min(inBlocks ? scoredBlocks * block.blocks : mostScored, affordable);
  const batchSize = optimizer ? options.batchSize : 0;
  const wholeBatch = stages.some(({ main }) => main.layer.synchronous);
  const chunk = wholeBatch ? batchSize : Math.min(batchSize, chunkSamples);
  const groups = optimizer && inBlocks ? groupsOf(chunk) : 0;
  const rows = Math.max(chunk, ranks * scoreRows);
  const pixels = featureCount(net.spec.input);

  const barrier = layout.region(512);
  const stepBlocks = Array.from({ length: ranks }, () => layout.region(stepBlock.words * 8));
  const regions = {
    barrier,
    stepBlocks,
    control: layout.region(4 * 128),
    flag: layout.region(4),
    totals: layout.region(4 * 8),
    stepLosses: layout.region(optimizer ? Math.ceil(places / batchSize) * 8 : 0),
    classWeights: options.loss.classWeights ? layout.region(net.spec.classes * 8) : null,
    order: layout.region(places * 4),
    labels: layout.region(options.samples * 2),
    scale: numbers(padded(pixels, lanes)),
    shift: numbers(padded(pixels, lanes)),
    loss: layout.region(Math.max(places, rows) * 8),
    predicted: layout.region(places * 4),
    probabilities: options.probabilities ? numbers(places * net.spec.classes) : null,
    // 64 bytes more than the pixels: kernels read whole vectors.
    images: layout.region(options.samples * pixels + 64),
  };
  const batchLoss = layout.region(rows * 8);
  const batchCorrect = layout.region(rows * 8);
  const memory = new Memory(layout, {
    stages,
    dtype,
    ranks,
    rows,
    chunk,
    groups,
    block,
    chunked: batchSize > chunk,
    training: optimizer !== null,
    exact: options.exact === true || dtype === "f64",
    state: optimizer?.state ?? [],
  });
  const input = memory.tensor(pixels);

  const passes = (writer: ProgramWriter, rank: number, training: boolean, meet: () => void): Passes =>
    new Passes(writer, {
      ...{ stages, memory, input, rank, ranks, training, groups, meet },
      optimizer: optimizer ? optimizers.indexOf(optimizer) : 0,
      block,
      order: regions.order,
      seed,
    });
  const { images, order, scale, shift } = regions;
  const source = { x: input.region, ldx: input.ld, images, order, scale, shift, perImage: options.perImage ? 1 : 0 };
  const gather = (writer: ProgramWriter) => (): void => writer.add("gather", { ...source, pixels });
  const { augmentation, maximum = 255, seed = 0 } = options;
  const workspaces = Array.from({ length: augmentation && optimizer ? ranks : 0 }, () =>
    numbers(augmentWorkspace(net.spec.input)),
  );
  /** What a training program takes its images by; one that scores always gathers them as they are. */
  const taught = (writer: ProgramWriter, rank: number) => (): void => {
    if (!augmentation) return gather(writer)();
    const { height, width, channels } = net.spec.input;
    const image = { workspace: workspaces[rank], height, width, channels, maximum };
    writer.add("augment", { ...source, ...image, ...augmentArguments(augmentation, seed) });
  };

  const parts: ProgramPart[] = [];
  const top = memory.stages[stages.length - 1];
  const logits = top.output;
  const trainProgram = (rank: number): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[rank]);
    const meet = (): void => {
      if (ranks > 1) writer.add("barrier", { words: barrier, ranks, spin: options.spin ? 1 : 0 });
    };
    const pass = passes(writer, rank, true, meet);
    const gradient = top.gradient?.[0] ?? logits;
    pass.forward(taught(writer, rank));
    writer.add(options.loss.operation, {
      z: logits.region,
      ldz: logits.ld,
      dz: gradient.region,
      lddz: gradient.ld,
      labels: regions.labels,
      order: regions.order,
      weights: regions.classWeights,
      loss: batchLoss,
      correct: batchCorrect,
      flag: regions.flag,
      classes: net.spec.classes,
      smoothing: options.loss.smoothing ?? 0,
    });
    pass.backward();
    meet();
    writer.add("halt", { flag: regions.flag });
    pass.update();
    if (rank === 0) writer.add("sumLoss", { loss: batchLoss, correct: batchCorrect, totals: regions.totals });
    meet();
    if (rank === 0) parts.push(...writer.parts);
    return writer.finish();
  };

  const scoreProgram = (rank: number): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[rank]);
    passes(writer, rank, false, () => undefined).forward(gather(writer));
    writer.add("score", {
      z: logits.region,
      ldz: logits.ld,
      p: logits.region,
      ldp: logits.ld,
      labels: options.unlabelled ? null : regions.labels,
      order: regions.order,
      loss: regions.loss,
      predicted: regions.predicted,
      probabilities: regions.probabilities,
      classes: net.spec.classes,
      squared: options.loss.squared,
    });
    return writer.finish();
  };

  const prepareProgram = (): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[0]);
    passes(writer, 0, optimizer !== null, () => undefined).prepare();
    return writer.finish();
  };

  const all = Array.from({ length: ranks }, (_, rank) => rank);
  const train = optimizer ? all.map(trainProgram) : null;
  const score = all.map(scoreProgram);
  const programs = { train, score, parts, prepare: prepareProgram() };
  return {
    ...{ dtype, ranks, batchSize, chunk, pixels, bytes: layout.bytes },
    ...{ regions, input, groups, scoreRows, ...programs },
    stages: stages.map((stage, i) => plannedStage(stage, memory.stages[i])),
    parameters: memory.stages.flatMap(({ parameters }) => [...parameters.values()]),
  };
}

function plannedStage({ main, layers, extent }: Stage, memory: StageMemory): PlannedStage {
  const { output, gradient, buffers, context, parameters } = memory;
  const learned = [...parameters.values()].some(({ state }) => state.length > 0);
  const kept = [output.region, gradient?.[0].region, ...Object.values(buffers).map(([{ region }]) => region)];
  return {
    layers,
    output,
    extent,
    gradient: !learned ? null : main.layer.synchronous || context.partial ? "groups" : "owners",
    keptBytes: kept.reduce((sum, region) => sum + (region?.rowBytes ? region.bytes : 0), 0),
  };
}

/** The rows of a chunk that are a rank's, [first, last): whole groups where there are groups. */
export function shardOf({ ranks, groups }: Plan, rank: number, rows: number): readonly [first: number, last: number] {
  const pieces = groups || rows;
  const edge = (of: number): number => Math.floor((rows * Math.floor((pieces * of) / ranks)) / pieces);
  return pieces === 0 ? [0, 0] : [edge(rank), edge(rank + 1)];
}
