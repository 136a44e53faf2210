/**
 * What a rank does with weights between two jobs of training, so that the caller's thread stays free: it looks at them,
 * brings them into PyTorch's layout, hashes them, and writes model and checkpoint.
 */
import { writeAtomically } from "../base/atomic-write.js";
import { dataError, HeddleError, internalError } from "../base/errors.js";
import { weightsHash } from "../base/hash.js";
import { type FloatArray, firstNonFinite, floatsOf } from "../base/numbers.js";
import { readWholeFile } from "../base/read-file.js";
import type { SharedBlock } from "../engine/arena.js";
import { statesOf } from "../engine/assignment.js";
import { prepareCopies, writeParameters } from "../engine/contents.js";
import type { CallBench } from "../engine/job.js";
import { pack, unpack } from "../engine/packing.js";
import type { Plan } from "../engine/plan.js";
import { lanesOf } from "../kernels/panels.js";
import type { Region } from "../kernels/signature.js";
import { encodeModel, type ModelMetadata } from "../model/model-file.js";
import { elementCount } from "../nn/net.js";
import { MetricsFile } from "../run/metrics-file.js";
import { type CheckpointHeader, type CheckpointSections, writeCheckpoint } from "./checkpoint.js";
import { type FoundCheckpoint, newestCheckpoint, rotateCheckpoints } from "./checkpoints.js";
import { keptTensors } from "./kept.js";

export interface KeepPaths {
  readonly model: string;
  readonly checkpoint: string;
  readonly metrics: string;
}

/** What `check` found: the parameter in model order, and whether it or what the optimizer knows of it is not finite. */
export interface Unfit {
  readonly parameter: number;
  readonly what: "weights" | "optimizer state";
}

/** What a resume goes on from: the newest checkpoint that is whole, and a line for each newer one. */
export interface Restored extends Pick<FoundCheckpoint, "path" | "notes"> {
  readonly header: CheckpointHeader;
}

/** The calls and what they answer. */
export interface KeepCalls {
  check: { readonly input: object; readonly output: Unfit | null };
  /** Writes the checkpoint; before it, where they are the best so far, takes the weights there and writes the model. */
  keep: {
    readonly input: {
      readonly best: boolean;
      readonly state: Omit<CheckpointHeader, "metricsLength">;
      /** Checkpoints that are kept, this one counted. */
      readonly kept: number;
      /** Throws where the checkpoint cannot be written. */
      readonly must: boolean;
    };
    /** Why there is no new checkpoint; null where there is one. */
    readonly output: string | null;
  };
  /** Takes the weights for the best, and writes the model. */
  model: { readonly input: { readonly metadata: ModelMetadata }; readonly output: null };
  /** Fills arena and best weights from the checkpoint. */
  restore: { readonly input: object; readonly output: Restored };
  /** Writes the model file anew from the best weights where it is not what it should be; true where it was not. */
  repair: { readonly input: { readonly metadata: ModelMetadata }; readonly output: boolean };
  /** Makes the averages the weights of the net, to be scored, and at the next call the other way round. */
  swap: { readonly input: object; readonly output: null };
  /** Makes the best weights those of the net. */
  adopt: { readonly input: object; readonly output: null };
  /** Hashes of the net's weights and of the best. */
  hash: { readonly input: object; readonly output: { readonly weights: string; readonly best: string } };
}

export interface KeepRequest<K extends keyof KeepCalls = keyof KeepCalls> {
  readonly call: K;
  readonly kept: SharedBlock;
  /** Null for a run without files. */
  readonly paths: KeepPaths | null;
  readonly input: KeepCalls[K]["input"];
}

type Handlers = {
  readonly [K in keyof KeepCalls]: (
    bench: CallBench,
    request: KeepRequest<K> & { readonly best: FloatArray[] },
  ) => KeepCalls[K]["output"];
};

const handlers: Handlers = {
  check: ({ plan, arena }) => {
    const unfit = (what: Unfit["what"], parameter: number): Unfit | null =>
      parameter < 0 ? null : { parameter, what };
    const isUnfit = (region: Region): boolean => firstNonFinite(arena.numbers(region)) >= 0;
    const wrong = unfit(
      "weights",
      plan.parameters.findIndex(({ w }) => isUnfit(w)),
    );
    if (wrong) return wrong;
    return unfit(
      "optimizer state",
      plan.parameters.findIndex(({ state }) => state.some(isUnfit)),
    );
  },

  keep: ({ plan, arena }, { best, paths, input }) => {
    if (input.best) keepBest({ plan, arena }, best, paths, input.state.metadata);
    if (!paths) return null;
    const state = { ...input.state, metricsLength: syncedLength(paths.metrics) };
    const sections = sectionsOf({ plan, arena }, state.progress.best && best);
    try {
      writeCheckpoint(paths.checkpoint, state, sections, () => rotateCheckpoints(paths.checkpoint, input.kept));
      return null;
    } catch (error) {
      if (input.must || !(error instanceof HeddleError)) throw error;
      return error.message;
    }
  },

  model: ({ plan, arena }, { best, paths, input }) => {
    keepBest({ plan, arena }, best, paths, input.metadata);
    return null;
  },

  restore: ({ plan, arena, backend }, { best, paths }) => {
    const { checkpoint } = filesOf(paths);
    const { path, state, notes } = newestCheckpoint(checkpoint);
    const { weights, optimizerState, averages, bestWeights, ...header } = state;
    const sizes = (tensors: readonly { readonly length: number }[]) => tensors.map(({ length }) => length).join(", ");
    const [expected, got] = [sizes(best), sizes(weights)];
    if (expected !== got || header.dtype !== plan.dtype) {
      throw dataError({
        where: checkpoint,
        expected: `tensors of ${expected} ${plan.dtype} numbers, as this version of Heddle makes the run's net`,
        got: `${got} of ${header.dtype}`,
      });
    }
    writeParameters(arena, plan, weights, backend);
    for (const [kind, having] of statesOf(plan).entries()) {
      for (const [i, { spec, state }] of having.entries()) {
        pack(spec.packing, lanesOf(plan.dtype), optimizerState[kind][i], arena.numbers(state[kind]), null);
      }
    }
    for (const [i, { spec, average }] of plan.parameters.entries()) {
      if (average && averages) pack(spec.packing, lanesOf(plan.dtype), averages[i], arena.numbers(average), null);
    }
    bestWeights?.forEach((tensor, i) => best[i].set(tensor));
    return { header, path, notes };
  },

  repair: ({ plan }, { best, paths, input }) => {
    const chunks = encodeModel(input.metadata, specsOf(plan), best);
    const { model } = filesOf(paths);
    if (holds(model, chunks)) return false;
    writeAtomically(model, chunks);
    return true;
  },

  swap: ({ plan, arena, backend }) => {
    for (const { w, average } of plan.parameters) {
      if (!average) continue;
      const [now, other] = [arena.numbers(w), arena.numbers(average)];
      const room = roomFor(plan.dtype, now.length).subarray(0, now.length);
      room.set(now);
      now.set(other);
      other.set(room);
    }
    prepareCopies(arena, plan, backend);
    return null;
  },

  adopt: ({ plan, arena, backend }, { best }) => {
    writeParameters(arena, plan, best, backend);
    return null;
  },

  hash: ({ plan, arena }, { best }) => {
    const weights = lazily(
      plan.parameters,
      ({ spec }) => elementCount(spec.shape),
      plan,
      (i, tensor) => readParameter({ plan, arena }, i, tensor),
    );
    return { weights: weightsHash(weights), best: weightsHash(best) };
  },
};

type Bench = Pick<CallBench, "plan" | "arena">;

/** A run that is resumed has a folder. */
function filesOf(paths: KeepPaths | null): KeepPaths {
  if (paths) return paths;
  throw internalError("a run without files was asked for one");
}

function keepBest(bench: Bench, best: FloatArray[], paths: KeepPaths | null, metadata: ModelMetadata): void {
  for (const [i, tensor] of best.entries()) readParameter(bench, i, tensor, bench.plan.parameters[i].average);
  if (paths) writeAtomically(paths.model, encodeModel(metadata, specsOf(bench.plan), best));
}

const specsOf = ({ parameters }: Plan) => parameters.map(({ spec }) => spec);

function readParameter({ plan, arena }: Bench, i: number, tensor: FloatArray, average: Region | null = null): void {
  const { spec, w } = plan.parameters[i];
  unpack(spec.packing, lanesOf(plan.dtype), arena.numbers(average ?? w), tensor);
}

let spare: FloatArray = new Float32Array(0);

/** A thread keeps it from call to call: memory stays as it is. */
function roomFor(dtype: Plan["dtype"], length: number): FloatArray {
  const floats = floatsOf(dtype);
  if (!(spare instanceof floats) || spare.length < length) spare = new floats(length);
  return spare;
}

/** Tensors one after the other in the memory of the longest. */
function* lazily<T>(
  items: readonly T[],
  lengthOf: (item: T) => number,
  { dtype }: Plan,
  fill: (i: number, tensor: FloatArray) => void,
): Generator<FloatArray> {
  const room = roomFor(dtype, Math.max(0, ...items.map(lengthOf)));
  for (const [i, item] of items.entries()) {
    const tensor = room.subarray(0, lengthOf(item));
    fill(i, tensor);
    yield tensor;
  }
}

function sectionsOf({ plan, arena }: Bench, best: readonly FloatArray[] | null): CheckpointSections {
  const { parameters } = plan;
  const states = statesOf(plan).map((having, kind) => having.map(({ spec, state }) => ({ spec, w: state[kind] })));
  const averages = parameters.flatMap(({ spec, average }) => (average ? [{ spec, w: average }] : []));
  const all = [...parameters, ...states.flat(), ...averages];
  const lengthOf = ({ spec }: (typeof all)[number]) => elementCount(spec.shape);
  function* tensors(): Generator<FloatArray> {
    yield* lazily(all, lengthOf, plan, (i, tensor) =>
      unpack(all[i].spec.packing, lanesOf(plan.dtype), arena.numbers(all[i].w), tensor),
    );
    if (best) yield* best;
  }
  return {
    lengths: {
      weights: parameters.map(lengthOf),
      optimizerState: states.map((kind) => kind.map(lengthOf)),
      averages: averages.length > 0 ? averages.map(lengthOf) : null,
      bestWeights: best && best.map(({ length }) => length),
    },
    tensors: tensors(),
  };
}

/** Bytes of the metrics, all of them on the disk; the file is made where it is not there. */
function syncedLength(path: string): number {
  const metrics = new MetricsFile(path);
  try {
    return metrics.sync();
  } finally {
    metrics.close();
  }
}

/** True for a file of exactly these bytes. */
function holds(path: string, chunks: readonly Uint8Array[]): boolean {
  let bytes: Uint8Array;
  try {
    bytes = readWholeFile(path, "a model file");
  } catch {
    return false;
  }
  let at = 0;
  const same = chunks.every((chunk) => {
    const part = bytes.subarray(at, (at += chunk.length));
    return Buffer.compare(part, chunk) === 0;
  });
  return same && at === bytes.length;
}

/** The rank's side of `Keeper`. */
export default function keepTask<K extends keyof KeepCalls>(
  bench: CallBench,
  request: KeepRequest<K>,
): KeepCalls[K]["output"] {
  const handler = handlers[request.call];
  return handler(bench, { ...request, best: keptTensors(bench.plan, request.kept) });
}
