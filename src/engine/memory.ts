/**
 * Where everything of a net lies in the arena: activations, gradients, parameters, what layers keep. A tensor that is
 * made and used up in the same part of the backward pass lives with a block of samples only, in memory of its rank that
 * other such tensors use before and after it.
 */
import { internalError } from "../base/errors.js";
import { type Dtype, elementBytes } from "../base/numbers.js";
import { lanesOf, padded } from "../kernels/panels.js";
import type { Region, Rows } from "../kernels/signature.js";
import { featureCount } from "../nn/layer.js";
import type { BufferContext, BufferSpec, ParameterBuffers, Tensor } from "../nn/lowering.js";
import type { ParameterSpec } from "../nn/spec.js";
import { Layout } from "./arena.js";
import type { Finishing } from "./finishing.js";
import { copyLength, packedLength } from "./packing.js";
import { backwardParts, type Stage } from "./stages.js";

export interface MemoryOptions {
  readonly stages: readonly Stage[];
  readonly dtype: Dtype;
  readonly ranks: number;
  /** Rows of tensors that are kept: samples of a chunk, or what all ranks score at a time. */
  readonly rows: number;
  readonly chunk: number;
  readonly groups: number;
  /** Groups' sums are made when all samples are through, by ranks that have a slice of them. */
  readonly sliced: boolean;
  /** Samples that go through a stage at a time. */
  readonly block: { readonly blocks: number; readonly wide: number };
  /** A minibatch comes in several chunks. */
  readonly chunked: boolean;
  readonly training: boolean;
  readonly exact: boolean;
  readonly finishing: Finishing;
  /** Names of the state of the optimizer that updates a tensor, and what names it (`ruleWord`); null where nothing does. */
  readonly ruleOf: (
    spec: ParameterSpec,
  ) => { readonly state: readonly string[]; readonly optimizer: number; readonly orthogonal: boolean } | null;
}

/** Of one stage, as each rank sees it. */
export interface StageMemory {
  readonly output: Tensor;
  /** dL/d output by rank; null where it is not wanted. */
  readonly gradient: readonly Tensor[] | null;
  /** Where the stage writes dL/d input by input and rank, null where that is not wanted; `added` where it is then added to the input's gradient. */
  readonly inputGradients: readonly ({ readonly tensors: readonly Tensor[]; readonly added: boolean } | null)[];
  readonly context: BufferContext;
  readonly buffers: Readonly<Record<string, readonly Rows[]>>;
  readonly parameters: ReadonlyMap<string, PlannedParameter>;
}
export type PlannedParameter = ParameterBuffers & {
  readonly spec: ParameterSpec;
  /** Its rule makes its direction orthogonal before it moves. */
  readonly orthogonal: boolean;
  /** The whole gradient, laid out as w, where the update waits for it. */
  readonly gradient: Region | null;
  /** An average of w over the updates. */
  readonly average: Region | null;
};

/** Numbers of a block that live from one stage's turn in the backward pass to another's. */
interface Span {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
  offset: number;
}

export class Memory {
  readonly stages: readonly StageMemory[];
  /** Regions that have a row for each group of samples, and the bytes of one. */
  readonly groupRows = new Map<Region, number>();
  readonly #options: MemoryOptions;
  readonly #layout: Layout;
  readonly #spans: Span[] = [];
  /** What is filled in once all spans and scratch are known. */
  readonly #later: (() => void)[] = [];
  #scratchBytes = 0;

  constructor(layout: Layout, options: MemoryOptions) {
    [this.#layout, this.#options] = [layout, options];
    const { stages, training, sliced } = options;
    const parts = backwardParts(stages);
    const outputs = stages.map(({ output }) => this.tensor(featureCount(output)));
    const contexts = stages.map((stage) => this.#context(stage));
    const gradients = stages.map((stage, i) => {
      if (!training || !stage.learns) return null;
      const { main, consumers } = stage;
      const transient =
        consumers.length > 0 &&
        consumers.every((consumer) => parts[consumer] === parts[i]) &&
        stage.extent !== "shards" &&
        !main.layer.synchronous &&
        (main.parameters.length === 0 || (contexts[i].partial && !sliced));
      const first = consumers.at(-1) ?? i;
      return this.#gradient(stage, transient ? stage : null, this.#turn(first), this.#turn(i));
    });
    this.stages = stages.map((stage, i): StageMemory => {
      const inputGradients = stage.inputs.map((input, k) => {
        const tensors = input < 0 ? null : gradients[input];
        if (!tensors) return null;
        const added = stages[input].consumers.at(-1) !== i || stage.inputs.indexOf(input) !== k;
        if (!added) return { tensors, added };
        const turn = this.#turn(i);
        const within = stage.extent === "shards" ? null : stage;
        return { tensors: this.#gradient(stages[input], within, turn, turn), added };
      });
      const { main } = stage;
      const specs = main.layer.buffers?.(main.spec, main.place, contexts[i]) ?? {};
      return {
        output: outputs[i],
        gradient: gradients[i],
        inputGradients,
        context: contexts[i],
        buffers: this.#buffers(specs, stage, i),
        parameters: this.#parameters(stage, contexts[i], inputGradients[0] !== null),
      };
    });
    this.#settle();
  }

  numbers(length: number): Region {
    return this.#layout.region(length * elementBytes(this.#options.dtype));
  }

  /** A kept tensor: an odd number of cache lines from row to row, so that rows do not fall on the same lines of the cache. */
  tensor(features: number, rows = this.#options.rows): Tensor {
    const { dtype } = this.#options;
    const ld = this.#rowLength(features);
    const rowBytes = ld * elementBytes(dtype);
    return { region: { ...this.#layout.region(rows * rowBytes), rowBytes }, features, ld };
  }

  #rowLength(features: number): number {
    const lanes = lanesOf(this.#options.dtype);
    return (Math.ceil(features / lanes) | 1) * lanes;
  }

  #samples({ extent }: Stage): number {
    const { block, rows } = this.#options;
    return extent === "shards" ? rows : block[extent];
  }

  /** Stages come in turn on the way back. */
  #turn(stage: number): number {
    return this.#options.stages.length - 1 - stage;
  }

  #context(stage: Stage): BufferContext {
    const { groups, sliced, chunk, chunked, dtype, exact } = this.#options;
    const lanes = lanesOf(dtype);
    const { main, pool, inputs, frozen, learns } = stage;
    // What is frozen with all that is below it is never gone back through.
    const training = this.#options.training && !(frozen && !learns);
    const weights = main.parameters.filter(({ packing }) => packing.kind === "panels");
    const size = weights.reduce((sum, { packing }) => sum + packedLength(packing, lanes), 0);
    const activations = featureCount(main.place.input) + featureCount(main.output);
    const wantsInputGradient = training && inputs.some((input) => input >= 0 && this.#options.stages[input].learns);
    // Partial sums of small weights cost less than keeping dL/dy of the whole minibatch.
    const partial = stage.extent === "blocks" && size * groups <= activations * chunk;
    return {
      training,
      frozen,
      lanes,
      block: this.#samples(stage),
      chunk,
      chunked,
      groups,
      sliced,
      pool,
      wantsInputGradient,
      exact,
      partial,
    };
  }

  /** Room for dL/d output; where it is made and used `within` blocks, for as many samples as those of that stage. */
  #gradient({ output, consumers }: Stage, within: Stage | null, from: number, to: number): readonly Tensor[] {
    const features = featureCount(output);
    const { rows, chunk } = this.#options;
    // Scoring takes the last one as scratch; no other is there but for training.
    if (!within) return [this.tensor(features, consumers.length > 0 ? chunk : rows)];
    const ld = this.#rowLength(features);
    const bytes = this.#samples(within) * ld * elementBytes(this.#options.dtype);
    return this.#transient(bytes, from, to).map((region) => ({ region, features, ld }));
  }

  /** Memory of each rank from one turn to another. */
  #transient(bytes: number, from: number, to: number): readonly Region[] {
    const span: Span = { bytes: padded(bytes, 128), from, to, offset: 0 };
    this.#spans.push(span);
    const regions = Array.from({ length: this.#options.ranks }, () => ({ offset: 0, bytes }));
    this.#later.push(() => {
      for (const [rank, region] of regions.entries()) region.offset = this.#blockMemory[rank].offset + span.offset;
    });
    return regions;
  }
  #blockMemory: readonly Region[] = [];

  #buffers(specs: Readonly<Record<string, BufferSpec>>, stage: Stage, index: number): StageMemory["buffers"] {
    const { dtype, rows, chunk, ranks, groups } = this.#options;
    const each = Array.from({ length: ranks }, (_, rank) => rank);
    let scratch = 0;
    const buffers = Object.entries(specs).map(([name, { scope, length, bits }]) => {
      const bytes = bits ? bits / 8 : elementBytes(dtype);
      const ld = padded(length, 64 / bytes);
      const rowBytes = ld * bytes;
      const make = (): readonly Region[] => {
        if (scope === "sample" || scope === "chunk" || (scope === "block" && stage.extent === "shards")) {
          const region = { ...this.#layout.region((scope === "chunk" ? chunk : rows) * rowBytes), rowBytes };
          return each.map(() => region);
        }
        if (scope === "block")
          return this.#transient(this.#samples(stage) * rowBytes, this.#turn(index), this.#turn(index));
        if (scope === "kept") return each.map(() => this.#layout.region(rowBytes));
        if (scope === "rank") {
          const at = scratch;
          scratch += padded(rowBytes, 128);
          this.#scratchBytes = Math.max(this.#scratchBytes, scratch);
          const regions = each.map(() => ({ offset: 0, bytes: rowBytes }));
          this.#later.push(() => {
            for (const rank of each) regions[rank].offset = this.#scratch[rank].offset + at;
          });
          return regions;
        }
        const region = this.#layout.region(rowBytes * (scope === "group" ? Math.max(groups, 1) : 1));
        // Kernels take these rows without padding.
        if (scope === "group") this.groupRows.set(region, length * bytes);
        return each.map(() => region);
      };
      return [name, make().map((region) => ({ region, ld }))] as const;
    });
    return Object.fromEntries(buffers);
  }
  #scratch: readonly Region[] = [];

  #parameters(stage: Stage, context: BufferContext, wantsInputGradient: boolean): StageMemory["parameters"] {
    const { dtype, groups, chunked, training, finishing, ruleOf } = this.#options;
    const lanes = lanesOf(dtype);
    const { main } = stage;
    // A synchronous layer sums over groups by itself.
    const summed = stage.extent !== "shards" && !main.layer.synchronous;
    const prefix = `${main.place.name}.`;
    const copies = wantsInputGradient && !main.layer.ownCopies?.(main.spec, main.place, context);
    return new Map(
      main.parameters.map((spec) => {
        if (!spec.name.startsWith(prefix))
          throw internalError(`${spec.name} is not a tensor of layer ${main.place.name}`);
        const length = packedLength(spec.packing, lanes);
        const copy = copies ? copyLength(spec.packing, lanes) : 0;
        const rule = training ? ruleOf(spec) : null;
        const learned = rule !== null;
        const inGroups =
          learned && summed && (context.partial || spec.packing.kind === "vector" || spec.packing.copy === "none");
        const ld = padded(length, lanes);
        const partials = inGroups ? { region: this.numbers(groups * ld), ld } : null;
        if (partials) this.groupRows.set(partials.region, ld * elementBytes(dtype));
        return [
          spec.name.slice(prefix.length),
          {
            spec,
            w: this.numbers(length),
            wt: copy > 0 ? this.numbers(copy) : null,
            g: learned && chunked && !inGroups ? this.numbers(length) : null,
            partials,
            state: rule?.state.map(() => this.numbers(length)) ?? [],
            gradient: learned && finishing.waits ? this.numbers(length) : null,
            average: training && finishing.averages ? this.numbers(length) : null,
            trained: learned,
            optimizer: rule?.optimizer ?? 0,
            orthogonal: rule?.orthogonal === true && spec.packing.kind === "panels",
          },
        ] as const;
      }),
    );
  }

  /** Packs the spans: each at the lowest place that is free during all of its turns. */
  #settle(): void {
    const placed: Span[] = [];
    for (const span of this.#spans.sort((a, b) => b.bytes - a.bytes)) {
      const others = placed.filter(({ from, to }) => from <= span.to && to >= span.from);
      for (const other of others.sort((a, b) => a.offset - b.offset)) {
        if (other.offset < span.offset + span.bytes && other.offset + other.bytes > span.offset) {
          span.offset = other.offset + other.bytes;
        }
      }
      placed.push(span);
    }
    const bytes = Math.max(0, ...placed.map((span) => span.offset + span.bytes));
    const each = Array.from({ length: this.#options.ranks });
    this.#blockMemory = each.map(() => this.#layout.region(bytes));
    this.#scratch = each.map(() => this.#layout.region(this.#scratchBytes));
    for (const fill of this.#later) fill();
  }
}
