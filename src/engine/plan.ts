/**
 * The plan: what every rank does in a step, on which bytes. It is made once, before anything is allocated, from the net,
 * the minibatch and the number of ranks; and it is plain data, so that ranks get it as it is.
 *
 * Nothing here that can change a sum depends on the number of ranks or on the machine: samples are cut into chunks by a
 * constant; the gradient of a dense weight is one chain over the minibatch's samples, computed by the owner of the tile.
 */

import { augmentArguments, augmentWorkspace } from "../augment/operation.js";
import type { MappedPart } from "../base/map-file.js";
import { type Dtype, elementBytes } from "../base/numbers.js";
import type { Augmentation } from "../kernels/changes/index.js";
import { ruleWord } from "../kernels/layout.js";
import { mixesImages } from "../kernels/mixes/index.js";
import { lanesOf } from "../kernels/panels.js";
import { type ProgramPart, ProgramWriter } from "../kernels/program-writer.js";
import type { Region } from "../kernels/signature.js";
import { isPlain, type TrainedLoss } from "../losses/index.js";
import { featureCount } from "../nn/layer.js";
import type { Tensor } from "../nn/lowering.js";
import type { Net } from "../nn/net.js";
import { loopNames } from "../optim/index.js";
import type { Rule } from "../optim/optimizer.js";
import { Layout } from "./arena.js";
import { type Assignment, ruleNumber } from "./assignment.js";
import { controlWord } from "./control.js";
import { block, cutsOf } from "./cuts.js";
import { DividedUpdates, type Parts } from "./divided-updates.js";
import { alone, type Division } from "./division.js";
import { Exchange, type Exchanged } from "./exchange.js";
import { type Finishing, type FinishingPrograms, finishingPrograms, nothingMore } from "./finishing.js";
import { Memory, type PlannedParameter } from "./memory.js";
import { type PlannedStage, plannedStage } from "./planned-stage.js";
import { Passes } from "./program.js";
import { layRegions, type PlanRegions } from "./regions.js";
import { makeStages } from "./stages.js";
import { Tiling } from "./tiles.js";

export interface PlanOptions {
  readonly net: Net;
  readonly dtype: Dtype;
  /** Samples per step; ignored where `optimizer` is null. */
  readonly batchSize: number;
  /** Samples that go through the net at once, where gradients of several minibatches are added up; else `batchSize`. */
  readonly minibatch?: number;
  /** Null for a plan that only evaluates. */
  readonly optimizer: Rule | null;
  /** Where tensors are updated by several rules, or not at all; null: by `optimizer` all of them. */
  readonly assignment?: Assignment | null;
  readonly loss: TrainedLoss;
  readonly perImage: boolean;
  readonly ranks: number;
  /** Among how many processes, each with `ranks`, samples are divided; one where absent. */
  readonly division?: Division;
  /** Ranks spin at barriers before they sleep. */
  readonly spin: boolean;
  /** Samples of all splits together. */
  readonly samples: number;
  /** Where their images lie if not in the arena: programs are loaded with it. */
  readonly mapped?: MappedPart | null;
  /** The longest list of samples that is ever trained or scored in one go. */
  readonly places: number;
  /** Keep every class's probability, and logit, of each scored sample. */
  readonly probabilities: boolean;
  readonly logits?: boolean;
  /** Seed of the draws of dropout and noise. */
  readonly seed?: number;
  /** No algorithm that rounds otherwise than a layer's definition. */
  readonly exact?: boolean;
  /** What is done to the images that are trained on. */
  readonly augmentation?: Augmentation | null;
  /** The largest value a pixel can have; 255 where absent. */
  readonly maximum?: number;
  /** What a step does beside the update of each tile. */
  readonly finishing?: Finishing | undefined;
  /** Samples come without labels: scoring predicts and has no loss. */
  readonly unlabelled?: boolean;
}

export interface Plan extends FinishingPrograms {
  readonly mapped: MappedPart | null;
  readonly dtype: Dtype;
  readonly ranks: number;
  readonly division: Division;
  readonly batchSize: number;
  /** The longest order of a job. */
  readonly places: number;
  readonly chunk: number;
  /** Groups of whole samples that a chunk is cut into; 0 where ranks take single samples. */
  readonly groups: number;
  /** Ranks take single samples, and slices of the groups' sums, in a phase of their own; else whole groups. */
  readonly sliced: boolean;
  /** Samples that a rank scores at a time. */
  readonly scoreRows: number;
  readonly pixels: number;
  readonly bytes: number;
  readonly regions: PlanRegions;
  readonly input: Tensor;
  readonly stages: readonly PlannedStage[];
  readonly parameters: readonly PlannedParameter[];
  /** Per rank; null in a plan that only evaluates. */
  readonly train: readonly Float64Array[] | null;
  readonly score: readonly Float64Array[];
  /** What the operations of each rank's training program are. */
  readonly parts: readonly (readonly ProgramPart[])[];
  readonly exchanged: Exchanged;
  /** The optimizers' state of which each process has only its part up to date. */
  readonly dividedState: readonly Parts[];
  /** To be run by one thread when parameters have been written from outside. */
  readonly prepare: Float64Array;
}

export function makePlan(options: PlanOptions): Plan {
  const { net, dtype, optimizer, ranks, places, division = alone } = options;
  const lanes = lanesOf(dtype);
  const bytes = elementBytes(dtype);
  const layout = new Layout();
  const numbers = (length: number): Region => layout.region(length * bytes);
  const assignment = optimizer ? (options.assignment ?? null) : null;
  const stages = makeStages(net, assignment);
  const batchSize = optimizer ? options.batchSize : 0;
  const { scoreRows, chunk, groups, sliced, rows } = cutsOf(stages, {
    batchSize,
    minibatch: options.minibatch ?? batchSize,
    ranks,
    processes: division.processes,
    bytes,
  });
  const pixels = featureCount(net.spec.input);
  const finishing = (optimizer && options.finishing) ?? nothingMore;
  const { waits } = finishing;
  const mixed = optimizer !== null && mixesImages(options.augmentation);

  const regions = layRegions(layout, options, { rows, batchSize, waits, mixed });
  const { barrier, stepBlocks } = regions;
  const batchLoss = layout.region(rows * 8);
  const batchCorrect = layout.region(rows * 8);
  // Where what is trained on is not the loss that validation has.
  const batchPlain = isPlain(options.loss) ? null : layout.region(rows * 8);
  const memory = new Memory(layout, {
    stages,
    dtype,
    ranks,
    rows,
    chunk,
    groups,
    sliced,
    block,
    chunked: batchSize > chunk,
    training: optimizer !== null,
    finishing,
    exact: options.exact === true || dtype === "f64",
    ruleOf: (spec) => {
      const number = ruleNumber(spec, assignment);
      const rule = number === null ? null : (assignment?.rules[number] ?? optimizer);
      const optimizerWord = rule ? ruleWord(loopNames.indexOf(rule.loop), number ?? 0) : 0;
      return rule && { state: rule.state, optimizer: optimizerWord, orthogonal: rule.orthogonal === true };
    },
  });
  const input = memory.tensor(pixels);

  const { images, order, scale, shift, partners, mixes, flag } = regions;
  const stopAfter = { offset: regions.control.offset + controlWord.stopAfter * 4, bytes: 4 };
  const losses = [batchLoss, batchCorrect, ...(batchPlain ? [batchPlain] : [])];
  const exchange = new Exchange({
    ...{ division, ranks, groups, spin: options.spin, barrier, flag, stopAfter, losses },
    groupRows: memory.groupRows,
  });
  const divided = new DividedUpdates({ division, ranks, chunk, dtype });
  const tiling = new Tiling({ stages, chunk, ranks, division, dtype });
  const passes = (writer: ProgramWriter, rank: number, training: boolean): Passes =>
    new Passes(writer, {
      ...{ stages, memory, input, rank, ranks, division, training, groups, sliced, chunk, exchange, divided, tiling },
      block,
      order: regions.order,
      seed,
    });
  const source = { x: input, images, order, scale, shift, perImage: options.perImage ? 1 : 0 };
  const gather = (writer: ProgramWriter) => (): void => writer.add("gather", { ...source, pixels });
  const { augmentation, maximum = 255, seed = 0 } = options;
  const workspaces = Array.from({ length: augmentation && optimizer ? ranks : 0 }, () =>
    numbers(augmentWorkspace(net.spec.input, mixed)),
  );
  /** What a training program takes its images by; one that scores always gathers them as they are. */
  const taught = (writer: ProgramWriter, rank: number) => (): void => {
    if (!augmentation) return gather(writer)();
    const { height, width, channels } = net.spec.input;
    const image = { workspace: workspaces[rank], partners, mixes, height, width, channels, maximum };
    writer.add("augment", { ...source, ...image, ...augmentArguments(augmentation, seed) });
  };

  const parts: (readonly ProgramPart[])[] = [];
  const top = memory.stages[stages.length - 1];
  const logits = top.output;
  /** Where a loss writes its gradient; while nothing trains, scratch of what is scored. */
  const gradient = top.gradient?.[0] ?? memory.tensor(net.spec.classes);
  const ofLoss = {
    z: logits,
    dz: gradient,
    labels: regions.labels,
    order: regions.order,
    classes: net.spec.classes,
    parameter: options.loss.parameter,
  };
  const { operation } = options.loss;
  const trainProgram = (rank: number): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[rank]);
    const pass = passes(writer, rank, true);
    const ending = waits ? "keep" : "update";
    pass.forward(taught(writer, rank));
    writer.add(operation, {
      ...ofLoss,
      weights: regions.classWeights,
      partners,
      mixes,
      loss: batchLoss,
      plain: batchPlain,
      correct: batchCorrect,
      flag,
      smoothing: options.loss.smoothing ?? 0,
      byPlace: 0,
    });
    pass.backward();
    exchange.meetAll(writer, rank, () => [...pass.regionsOf(() => pass.update(ending)), ...losses]);
    writer.add("halt", { flag });
    pass.update(ending);
    if (rank === 0)
      writer.add("sumLoss", { loss: batchLoss, plain: batchPlain, correct: batchCorrect, totals: regions.totals });
    const updated = divided.parts(({ w, gradient }) => [waits ? gradient : w]);
    if (updated.length > 0) {
      exchange.meetParts(writer, rank, updated);
      if (!waits) pass.renew();
    }
    exchange.meet(writer);
    parts.push(writer.parts);
    return writer.finish();
  };

  const scoreProgram = (rank: number): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[rank]);
    passes(writer, rank, false).forward(gather(writer));
    const { predicted, logits: kept, probabilities } = regions;
    const { classes } = net.spec;
    writer.add("predict", { z: logits, p: gradient, predicted, logits: kept, probabilities, classes });
    if (!options.unlabelled) {
      const plain = {
        weights: null,
        partners: null,
        mixes: null,
        plain: null,
        correct: null,
        flag: null,
        smoothing: 0,
        byPlace: 1,
      };
      writer.add(operation, { ...ofLoss, ...plain, loss: regions.loss });
    }
    return writer.finish();
  };

  const prepareProgram = (): Float64Array => {
    const writer = new ProgramWriter(bytes, stepBlocks[0]);
    passes(writer, 0, optimizer !== null).prepare();
    return writer.finish();
  };

  const parameters = memory.stages.flatMap((stage) => [...stage.parameters.values()]);
  const more = finishingPrograms(finishing, {
    ...{ parameters, lanes, layout, ranks, bytes },
    numbersOf: (region) => region.bytes / bytes,
    writerOf: (rank) => new ProgramWriter(bytes, stepBlocks[rank]),
    meeting: (writer) => () => exchange.meet(writer),
    refresh: (writer, rank) => passes(writer, rank, true).refresh(),
  });

  const all = Array.from({ length: ranks }, (_, rank) => rank);
  const train = optimizer ? all.map(trainProgram) : null;
  const score = all.map(scoreProgram);
  const programs = { train, score, ...more, parts, prepare: prepareProgram() };
  return {
    ...{ dtype, ranks, division, places, batchSize, chunk, pixels, bytes: layout.bytes },
    mapped: options.mapped ?? null,
    ...{ regions, input, groups, sliced, scoreRows, ...programs, exchanged: exchange.bytes() },
    stages: stages.map((stage, i) => plannedStage(stage, memory.stages[i], (pass) => tiling.bands(i, pass))),
    parameters,
    // An update that waits is made whole from the whole gradient.
    dividedState: waits ? [] : divided.parts(({ state }) => state),
  };
}
