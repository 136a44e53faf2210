/** From stages to the program of one rank: the passes through the net, in blocks of samples, whole shards and barriers. */
import { internalError } from "../base/errors.js";
import { streamKey } from "../base/random.js";
import { identity } from "../kernels/activations/index.js";
import { panelVectors, plainRule, ruleWord, wholeGroups } from "../kernels/layout.js";
import type { ProgramWriter, WorkSlice } from "../kernels/program-writer.js";
import type { Range, Region } from "../kernels/signature.js";
import type { Lowering, ParameterBuffers, ProductPass, Tensor, TileRange } from "../nn/lowering.js";
import { loopNames } from "../optim/index.js";
import type { DividedUpdates } from "./divided-updates.js";
import { type Division, placeOf } from "./division.js";
import { type Exchange, RegionReader } from "./exchange.js";
import type { Memory, PlannedParameter } from "./memory.js";
import { Slices, type SliceWork } from "./slices.js";
import { fusedConsumer, isSynchronous, type Stage } from "./stages.js";
import type { Tiling } from "./tiles.js";
import { groupRangeOf, type Turn, Turns } from "./turns.js";

export interface PassOptions {
  readonly stages: readonly Stage[];
  readonly memory: Memory;
  readonly input: Tensor;
  readonly rank: number;
  readonly ranks: number;
  readonly division: Division;
  /** The program trains; else it only scores. */
  readonly training: boolean;
  /** 0 where the net needs none: every rank then takes its share of single samples. */
  readonly groups: number;
  readonly sliced: boolean;
  readonly chunk: number;
  /** Samples of a block and of a wide one. */
  readonly block: { readonly blocks: number; readonly wide: number };
  readonly order: Region;
  readonly seed: number;
  /** Where ranks meet. */
  readonly exchange: Exchange;
  readonly divided: DividedUpdates;
  readonly tiling: Tiling;
}

/** What the operations that end in an update do: it, or lay the gradient down for it, or write what follows from weights. */
type Ending = "update" | "keep" | "refresh";
const standIn = (loop: string): number => ruleWord(loopNames.indexOf(loop), plainRule);

export class Passes {
  #writer: ProgramWriter;
  readonly #options: PassOptions;
  #ending: Ending = "update";
  readonly #slices: Slices;
  readonly #turns: Turns;
  /** What was added last is a product in tiles: of a sample's row each rank has made a part. */
  #inTiles = false;
  /** What of its product the next operation is. */
  #tiles: WorkSlice | null = null;

  constructor(writer: ProgramWriter, options: PassOptions) {
    [this.#writer, this.#options] = [writer, options];
    const { groups, division, ranks, rank } = options;
    this.#turns = new Turns(options);
    this.#slices = new Slices(groups, placeOf(division, ranks, rank));
  }

  /** From the images to the logits, `gather` first. */
  forward(gather: () => void): void {
    const { stages, training } = this.#options;
    this.#add(stages.find(({ inputs }) => inputs.includes(-1))?.extent ?? "shards", gather);
    for (const [i, { main }] of stages.entries()) {
      const { layer, spec } = main;
      const lowering = this.#lower(i);
      if (layer.synchronous) {
        if (training && isSynchronous(stages[i])) {
          this.#sumGroups(() => layer.synchronous?.reduce(spec, lowering));
          this.#meet(() => layer.synchronous?.merge(spec, lowering));
        }
        this.#add("shards", () => layer.synchronous?.merge(spec, lowering));
      }
      this.#product(i, "forward", () => layer.forward(spec, lowering));
    }
    if (this.#inTiles) this.#meet(() => {});
    this.#turns.flush(this.#writer);
  }

  /** From the gradient of the logits down to the first layer that learns. */
  backward(): void {
    const { stages, memory, sliced, chunk } = this.#options;
    this.#inTiles = false;
    for (let i = stages.length - 1; i >= 0; i--) {
      const { main, extent, inputs } = stages[i];
      if (!memory.stages[i].gradient) continue;
      const { layer, spec } = main;
      const lowering = this.#lower(i);
      this.#add(extent, () => this.#unfuse(i));
      if (isSynchronous(stages[i])) {
        this.#sumGroups(() => layer.synchronous?.reduceBackward(spec, lowering));
        const merge = (): void => layer.synchronous?.mergeBackward(spec, lowering);
        this.#meet(merge);
        this.#add("shards", merge);
      }
      this.#product(i, "backward", () => {
        if (extent !== "wide" && !sliced) layer.backwardGroups?.(spec, lowering);
        layer.backward(spec, lowering);
      });
      this.#add(extent, () => {
        for (const [k, input] of inputs.entries()) this.#sum(i, k, input);
      });
    }
    const sums = (which: (stage: Stage) => boolean): void => {
      for (const [i, stage] of stages.entries()) {
        const { layer, spec } = stage.main;
        if (which(stage) && memory.stages[i].gradient) layer.backwardGroups?.(spec, this.#lower(i));
      }
    };
    if (sliced) {
      this.#meet(() => sums(() => true));
      this.#add("shards", () => this.#slice(chunk, () => sums(() => true)));
    } else {
      // What an owner's layer sums in groups all the same: its gradients are kept, so it can wait for loops of that kind.
      this.#add("blocks", () => sums(({ extent }) => extent === "wide"));
    }
    this.#turns.flush(this.#writer);
  }

  /** What follows from tensors that were set. */
  prepare(): void {
    for (const [i, { main }] of this.#options.stages.entries()) main.layer.prepare?.(main.spec, this.#lower(i));
  }

  update(ending: "update" | "keep" = "update"): void {
    this.#ending = ending;
    const { stages, memory } = this.#options;
    for (const [i, { main, frozen }] of stages.entries()) {
      const trained = [...memory.stages[i].parameters.values()].some((parameter) => parameter.trained);
      // Running statistics move without a gradient.
      if (trained || (main.parameters.length > 0 && isSynchronous({ main, frozen }))) {
        main.layer.update?.(main.spec, this.#lower(i));
      }
    }
  }

  /** Writes what follows from weights whose updates processes have divided. */
  renew(): void {
    const { stages, memory, divided } = this.#options;
    for (const [i, { main }] of stages.entries()) {
      if (divided.has(memory.stages[i].parameters.values())) main.layer.renew?.(main.spec, this.#lower(i));
    }
  }

  /** Writes the copies that follow from weights, in a step whose chunk has no samples. */
  refresh(): void {
    this.#ending = "refresh";
    for (const [i, { main }] of this.#options.stages.entries()) {
      const copied = main.parameters.some(({ packing }) => packing.kind === "panels");
      if (copied) main.layer.update?.(main.spec, this.#lower(i));
    }
  }

  /** The regions that operations name, which are not added. */
  regionsOf(write: () => void): ReadonlySet<Region> {
    const writer = this.#writer;
    const reader = new RegionReader(this.#options.memory.groupRows);
    this.#writer = reader;
    write();
    this.#writer = writer;
    return reader.regions;
  }

  /** Ranks meet, before operations that read what all have made. */
  #meet(next: () => void): void {
    const { exchange, rank } = this.#options;
    this.#inTiles = false;
    this.#add("shards", () => exchange.meetAll(this.#writer, rank, () => this.regionsOf(next)));
  }

  /** A stage's pass by its weights: in tiles it reads what other ranks have made, and they read what it makes. */
  #product(i: number, pass: ProductPass, write: () => void): void {
    const { stages, tiling, training } = this.#options;
    const inTiles = training && tiling.bands(i, pass) !== null && this.regionsOf(write).size > 0;
    if (inTiles) this.#meet(write);
    this.#add(stages[i].extent, write);
    this.#inTiles ||= inTiles;
  }

  /** Sums over groups in the middle of a pass, of what other ranks have made where those take single samples. */
  #sumGroups(write: () => void): void {
    if (this.#options.sliced) this.#meet(write);
    if (this.#options.sliced) this.#add("shards", () => this.#slice(wholeGroups, write));
    else this.#add("groups", write);
  }

  #slice(size: number, write: () => void): void {
    this.#slices.divide(size, write, () => this.regionsOf(write));
  }

  #tilesOf(i: number, pass: ProductPass): TileRange | null {
    const { tiling, training, rank } = this.#options;
    const own = training ? tiling.of(i, pass, rank) : null;
    this.#tiles = own?.work ?? null;
    return own?.range ?? null;
  }

  /** Of whole groups, those of this rank; or, of what ranks divide in slices, its part. */
  #slicesOf(work: SliceWork): Range {
    const { firstGroup, lastGroup } = groupRangeOf(this.#options);
    return this.#slices.asked(work) ?? [firstGroup * work.length, lastGroup * work.length];
  }

  #add(turn: Turn, write: () => void): void {
    if (this.#inTiles && this.regionsOf(write).size > 0) this.#meet(write);
    this.#turns.add(turn, write);
  }

  /** dL/d output becomes dL/dz where no consumer has multiplied the derivative of the stage's function in. */
  #unfuse(i: number): void {
    const { stages, memory, rank } = this.#options;
    const { activation } = stages[i];
    const { gradient, output } = memory.stages[i];
    if (!gradient || activation.name === identity.name || fusedConsumer(stages, i) >= 0) return;
    const dy = gradient.at(rank) ?? gradient[0];
    const values = { dy, from: output, dx: dy, n: output.features, activation };
    this.#writer.add("activationBackward", values, stages[i].position);
  }

  /** Adds what stage i gives to the gradient of an input that others have written already. */
  #sum(i: number, k: number, input: number): void {
    const { stages, memory, rank } = this.#options;
    const given = memory.stages[i].inputGradients[k];
    const total = input < 0 ? null : memory.stages[input].gradient;
    if (!given?.added || !total) return;
    const [a, b] = [total, given.tensors].map((tensors) => tensors.at(rank) ?? tensors[0]);
    this.#writer.add("add", { a, b, y: a, n: a.features, activation: identity }, stages[i].position);
  }

  #ended(parameter: PlannedParameter): ParameterBuffers {
    const { gradient } = parameter;
    if (this.#ending === "keep" && gradient) return { ...parameter, state: [gradient], optimizer: standIn("keep") };
    return this.#ending === "refresh" ? { ...parameter, state: [], optimizer: standIn("nothing") } : parameter;
  }

  /** The buffers of a stage as this rank's program sees them. */
  #lower(i: number): Lowering {
    const { stages, memory, input, rank, ranks, training, order, seed, divided } = this.#options;
    const { main, inputs, activation, position } = stages[i];
    const { output, gradient, inputGradients, context, buffers, parameters } = memory.stages[i];
    const own = (tensors: readonly Tensor[] | null | undefined): Tensor | null =>
      tensors?.at(rank) ?? tensors?.[0] ?? null;
    const tensorOf = (stage: number): Tensor => (stage < 0 ? input : memory.stages[stage].output);
    const fuses = inputs[0] >= 0 && fusedConsumer(stages, inputs[0]) === i;
    const share = (count: number): Range => [
      Math.floor((count * rank) / ranks),
      Math.floor((count * (rank + 1)) / ranks),
    ];
    return {
      ...context,
      training: training && context.training,
      place: main.place,
      input: main.place.input,
      output: main.output,
      x: tensorOf(inputs[0]),
      y: output,
      dy: own(gradient) ?? output,
      dx: own(inputGradients[0]?.tensors),
      x2: inputs.length > 1 ? tensorOf(inputs[1]) : null,
      dx2: own(inputGradients[1]?.tensors),
      activation,
      inputActivation: fuses ? stages[inputs[0]].activation : identity,
      parameter: (name) => {
        const found = parameters.get(name);
        if (!found) throw internalError(`layer ${main.place.name} has no parameter ${name}`);
        return this.#ended(found);
      },
      buffer: (name) => {
        const found = buffers[name];
        if (!found) throw internalError(`layer ${main.place.name} has no buffer ${name}`);
        return found[rank];
      },
      emit: (operation, values) => {
        const tiles = this.#tiles;
        this.#tiles = null;
        this.#slices.add(this.#writer, (slice) => this.#writer.add(operation, values, position, slice ?? tiles));
      },
      tiles: (pass) => this.#tilesOf(i, pass),
      slices: (work) => this.#slicesOf(work),
      rank,
      share,
      owned: ({ w }, units, uses = 1) => {
        const weight = [...parameters.values()].find((parameter) => parameter.w === w);
        const divides = weight !== undefined && this.#ending !== "refresh";
        return (divides && divided.unitsOf(weight, units, uses, rank)) || share(units);
      },
      panelLanes: panelVectors * context.lanes,
      order,
      key: streamKey(seed, "dropout", position),
    };
  }
}
