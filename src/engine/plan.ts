/**
 * The plan: what every rank does in a step, on which bytes. It is made once, before anything is allocated, from the net,
 * the minibatch and the number of ranks; and it is plain data, so that ranks get it as it is.
 *
 * Nothing here that can change a sum depends on the number of ranks or on the machine: samples are cut into chunks by a
 * constant; the gradient of a dense weight is one chain over the minibatch's samples, computed by the owner of the tile.
 */
import { internalError } from "../errors.js";
import { elementwiseNames, identity, ProgramWriter, type Region } from "../kernels/operations.js";
import { panelVectors } from "../kernels/backend.js";
import { featureCount } from "../nn/layer.js";
import type { TrainedLoss } from "../nn/losses.js";
import type { Net } from "../nn/net.js";
import type { ParameterSpec } from "../nn/spec.js";
import { optimizers } from "../optim/index.js";
import type { Optimizer } from "../optim/optimizer.js";
import { type Dtype, elementBytes, Layout } from "./arena.js";
import type { Lowering, ParameterBuffers, Tensor } from "./lowering.js";
import { elementwiseOf, fuse } from "./fuse.js";
import { lanesOf, packedLength, padded, copyLength } from "./packing.js";
import { stepBlock } from "./step.js";

/** A minibatch of more samples goes through the net in chunks of this many; their gradients go on from one another. */
export const chunkSamples = 1024;
/** Evaluation takes this many samples at a time through the net. */
export const scoreRows = 64;

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
  /** Samples come without labels: scoring predicts and has no loss. */
  readonly unlabelled?: boolean;
}

/** One part of the net between two tensors: a layer, with the elementwise layer that vanished into it. */
export interface Stage {
  readonly layers: readonly number[];
  readonly output: Tensor;
  readonly gradient: Tensor | null;
}

export interface Plan {
  readonly dtype: Dtype;
  readonly ranks: number;
  readonly batchSize: number;
  readonly chunk: number;
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
  readonly stages: readonly Stage[];
  readonly parameters: readonly (ParameterBuffers & { readonly spec: ParameterSpec })[];
  /** Per rank; null in a plan that only evaluates. */
  readonly train: readonly Float64Array[] | null;
  readonly score: readonly Float64Array[];
}

export function makePlan(options: PlanOptions): Plan {
  const { net, dtype, optimizer, ranks, places } = options;
  const lanes = lanesOf(dtype);
  const bytes = elementBytes(dtype);
  const layout = new Layout();
  const numbers = (length: number): Region => layout.region(length * bytes);
  const batchSize = optimizer ? options.batchSize : 0;
  const chunk = Math.min(batchSize, chunkSamples);
  const rows = Math.max(chunk, ranks * scoreRows);
  const chunked = batchSize > chunk;
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
  const workspaces = stepBlocks.map(() => numbers(chunk * panelVectors * lanes));

  const tensor = (features: number): Tensor => {
    // An odd number of cache lines from row to row, so that rows do not fall on the same lines of the cache.
    const vectors = Math.ceil(features / lanes) | 1;
    return { region: numbers(rows * vectors * lanes), features, ld: vectors * lanes };
  };
  const input = tensor(pixels);
  const groups = fuse(net.layers);
  const firstLearned = groups.findIndex((group) => group.some((layer) => layer.parameters.length > 0));
  const stages = groups.map((group, i): Stage => {
    const features = featureCount(group[group.length - 1].output);
    return {
      layers: group.map((layer) => net.layers.indexOf(layer)),
      output: tensor(features),
      gradient: optimizer && i >= firstLearned ? tensor(features) : null,
    };
  });
  const wantsInputGradient = (stage: number): boolean => optimizer !== null && stage > firstLearned;

  const parameters = groups.flatMap((group, i) =>
    group.flatMap((layer) =>
      layer.parameters.map((spec) => {
        const length = packedLength(spec.packing, lanes);
        const turned = wantsInputGradient(i) ? copyLength(spec.packing, lanes) : 0;
        return {
          spec,
          w: numbers(length),
          wt: turned > 0 ? numbers(turned) : null,
          g: chunked ? numbers(length) : null,
          partials: null,
          state: optimizer ? optimizer.state.map(() => numbers(length)) : [],
        };
      }),
    ),
  );
  const buffersOf = new Map(parameters.map((parameter) => [parameter.spec.name, parameter]));

  /** The buffers of a stage as one rank's program sees them. */
  const lower = (writer: ProgramWriter, rank: number, i: number): Lowering => {
    const [layer, fused] = groups[i];
    const below = i > 0 ? groups[i - 1] : [];
    const stage = stages[i];
    return {
      x: i > 0 ? stages[i - 1].output : input,
      y: stage.output,
      dy: stage.gradient ?? stage.output,
      dx: wantsInputGradient(i) ? stages[i - 1].gradient : null,
      above: fused ? elementwiseOf(fused) : identity,
      below: layer.layer.fusesBelow && below.length > 1 ? elementwiseOf(below[1]) : identity,
      parameter: (name) => {
        const buffers = buffersOf.get(`${layer.place.name}.${name}`);
        if (!buffers) throw internalError(`layer ${layer.place.name} has no parameter ${name}`);
        return buffers;
      },
      emit: (operation, values) => writer.add(operation, values),
      optimizer: optimizer ? optimizers.indexOf(optimizer) : 0,
      share: (count) => [Math.floor((count * rank) / ranks), Math.floor((count * (rank + 1)) / ranks)],
      buffer: () => ({ region: workspaces[rank], rowLength: 0 }),
      training: optimizer !== null,
      block: 0,
      chunk,
      groups: 0,
      pool: null,
      wantsInputGradient: wantsInputGradient(i),
      exact: true,
      partial: false,
      input: layer.place.input,
      output: layer.output,
      x2: null,
      rank,
      order: regions.order,
      key: [0, 0],
      lanes,
      panelLanes: panelVectors * lanes,
    };
  };

  const forward = (writer: ProgramWriter, rank: number): void => {
    writer.add("gather", {
      x: input.region,
      ldx: input.ld,
      images: regions.images,
      order: regions.order,
      scale: regions.scale,
      shift: regions.shift,
      pixels,
      perImage: options.perImage ? 1 : 0,
    });
    for (const [i, [layer]] of groups.entries()) layer.layer.forward(layer.spec, lower(writer, rank, i));
  };

  /** Where a stage ends in a fused function whose derivative nothing above it applied: the separate pass. */
  const unfuse = (writer: ProgramWriter, i: number): void => {
    const { output, gradient } = stages[i];
    if (groups[i].length === 1 || !gradient) return;
    const { name, slope } = elementwiseOf(groups[i][1]);
    writer.add("activationBackward", {
      dy: gradient.region,
      lddy: gradient.ld,
      y: output.region,
      ldy: output.ld,
      dx: gradient.region,
      lddx: gradient.ld,
      n: output.features,
      function: elementwiseNames.indexOf(name),
      slope,
    });
  };

  const logits = stages[stages.length - 1].output;
  const trainProgram = (rank: number): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[rank]);
    const meet = (): void => {
      if (ranks > 1) writer.add("barrier", { words: barrier, ranks, spin: options.spin ? 1 : 0 });
    };
    const gradient = stages[stages.length - 1].gradient ?? logits;
    forward(writer, rank);
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
    unfuse(writer, groups.length - 1);
    for (let i = groups.length - 1; i >= Math.max(firstLearned, 0); i--) {
      const [layer] = groups[i];
      const lowering = lower(writer, rank, i);
      layer.layer.backward(layer.spec, lowering);
      if (lowering.dx && !layer.layer.fusesBelow) unfuse(writer, i - 1);
    }
    meet();
    writer.add("halt", { flag: regions.flag });
    for (const [i, [layer]] of groups.entries()) layer.layer.update(layer.spec, lower(writer, rank, i));
    if (rank === 0) writer.add("sumLoss", { loss: batchLoss, correct: batchCorrect, totals: regions.totals });
    meet();
    return writer.finish();
  };

  const scoreProgram = (rank: number): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[rank]);
    forward(writer, rank);
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

  const all = Array.from({ length: ranks }, (_, rank) => rank);
  const train = optimizer ? all.map(trainProgram) : null;
  const score = all.map(scoreProgram);
  const parts = { regions, input, stages, parameters, train, score };
  return { dtype, ranks, batchSize, chunk, pixels, bytes: layout.bytes, ...parts };
}
