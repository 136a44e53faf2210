/** A model's net in an arena of its own, on the thread that asks: one rank, no pool. */
import { readMemory } from "../base/machine.js";
import { identity } from "../base/random.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { Arena } from "../engine/arena.js";
import { writeParameters, writePreprocessing } from "../engine/contents.js";
import { mostScored } from "../engine/cuts.js";
import { makePlan, type Plan } from "../engine/plan.js";
import type { Backend } from "../kernels/backend.js";
import { type BackendChoice, loadBackend } from "../kernels/index.js";
import type { ModelFile } from "../model/model-file.js";
import { type ModelNet, netOf } from "./model-net.js";

export interface NetOnThisThread extends Pick<ModelNet, "net" | "dtype"> {
  readonly backend: Backend;
  readonly plan: Plan;
  readonly arena: Arena;
}

/** Ready to score images that are put into its arena. Throws HeddleError where memory does not suffice. */
export function netOnThisThread(file: ModelFile, choice: BackendChoice): NetOnThisThread {
  const { preprocessing } = file.model;
  const model = netOf(file);
  const plan = scoringPlan(model, preprocessing);
  const backend = loadBackend(choice);
  const arena = Arena.allocate(model.dtype, plan.bytes, readMemory().available, backend);
  writePreprocessing(arena, plan, preprocessing);
  writeParameters(arena, plan, model.tensors, backend);
  arena.uint32(plan.regions.order).set(identity(mostScored));
  return { net: model.net, dtype: model.dtype, backend, plan, arena };
}

/** One rank, with room for as many images as go through the net at a time. */
export const scoringPlan = ({ net, loss, dtype, exact }: ModelNet, { kind }: Preprocessing): Plan =>
  makePlan({
    net,
    loss,
    dtype,
    exact,
    perImage: kind === "per-image",
    batchSize: 0,
    optimizer: null,
    ranks: 1,
    spin: false,
    samples: mostScored,
    places: mostScored,
    probabilities: true,
    unlabelled: true,
  });
