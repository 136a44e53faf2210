/** The plan of a training run before there is one: its memory, its stages. */

import type { Dtype } from "../base/numbers.js";
import { loadsOf, phasesOf } from "../engine/phases.js";
import { makePlan, type Plan } from "../engine/plan.js";
import type { Extent } from "../engine/stages.js";
import { lossOf } from "../losses/index.js";
import type { Net } from "../nn/net.js";
import type { Rule } from "../optim/optimizer.js";

export interface RunSize {
  readonly batchSize: number;
  readonly dtype: Dtype;
  readonly optimizer: Rule;
  readonly threads: number;
  readonly exact: boolean;
  /** Images of all splits together, and of the largest. */
  readonly samples: number;
  readonly places: number;
}

export function planRun(net: Net, { threads, ...size }: RunSize): Plan {
  const loss = lossOf("cross-entropy");
  return makePlan({ ...size, net, loss, ranks: threads, spin: false, perImage: false, probabilities: false });
}

/** What one stage does in a step. */
export interface StageSummary {
  /** Names of its layers. */
  readonly layers: readonly string[];
  readonly extent: Extent;
  readonly gradient: "groups" | "owners" | null;
  /** Its operations in the order of the program. */
  readonly operations: readonly string[];
  readonly keptBytes: number;
  /** The passes whose product ranks divide in tiles of rows and columns, and in how many bands of rows; by samples where absent. */
  readonly bands: { readonly forward?: number; readonly backward?: number };
}

export interface PlanSummary {
  /** Samples that go through the net at a time, and groups of them whose partial gradients are added as a tree. */
  readonly chunk: number;
  readonly groups: number;
  /** Ranks take single samples, and slices of the groups' sums. */
  readonly sliced: boolean;
  readonly stages: readonly StageSummary[];
  /** Between the meetings of all ranks. */
  readonly phases: readonly PhaseSummary[];
}

export interface PhaseSummary {
  /** Names of the layers that are worked at. */
  readonly layers: readonly string[];
  /** Ranks that have work. */
  readonly busy: number;
  /** The largest part of a rank against the mean of all. */
  readonly largest: number;
}

export function summarizePlan(net: Net, plan: Plan): PlanSummary {
  const { chunk, groups, sliced, stages } = plan;
  const work = phasesOf(plan).flat();
  const nameOf = (position: number): string => net.layers[position].place.name;
  return {
    chunk,
    ...{ groups, sliced },
    stages: stages.map(({ layers, extent, gradient, keptBytes, bands }) => ({
      layers: layers.map(nameOf),
      extent,
      gradient,
      operations: work
        .filter(({ layer }) => layer !== null && layers.includes(layer))
        .map(({ operation }) => operation),
      keptBytes,
      bands,
    })),
    phases: loadsOf(plan, net).map((load) => ({ ...load, layers: load.layers.map(nameOf) })),
  };
}
