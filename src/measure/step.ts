/** Times training steps on dense random input: gather, forward, backward, update and barriers, nothing left out. */

import { parseAugmentation } from "../augment/index.js";
import { runError } from "../base/errors.js";
import { above0, aSwitch, type Check, checkOptions, whole } from "../base/given.js";
import { readMemory } from "../base/machine.js";
import { floatsOf } from "../base/numbers.js";
import { Stream } from "../base/random.js";
import type { Setting } from "../base/setting.js";
import { bytes } from "../base/text.js";
import { settings } from "../config/given.js";
import type { TrainConfig } from "../config/schema.js";
import type { Dataset } from "../data/dataset.js";
import { currentCrew } from "../engine/crew.js";
import { Engine } from "../engine/engine.js";
import { exchangedBytes } from "../engine/exchange.js";
import type { FinishedRank } from "../engine/job.js";
import type { EngineOptions } from "../engine/options.js";
import { lossOf } from "../losses/index.js";
import { initializeParameter } from "../nn/initializers/index.js";
import { featureCount } from "../nn/layer.js";
import { checkMinibatches, type Net, resolveNet, stepOperations } from "../nn/net.js";
import type { NetSpec } from "../nn/spec.js";
import { ruleOf } from "../optim/index.js";
import { groupsOfOptimizer } from "../run/parameter-groups.js";
import { chooseThreads } from "../run/threads.js";
import { buildNet } from "../zoo/index.js";
import { type OperationTime, operationTimes } from "./operations.js";
import { measuredPeak } from "./peak.js";

export interface StepOptions {
  readonly model: string;
  readonly batchSize: number;
  readonly threads: TrainConfig["threads"];
  readonly optimizer: string | Setting;
  readonly dtype: TrainConfig["dtype"];
  readonly backend: TrainConfig["backend"];
  /** Seconds to measure for. */
  readonly seconds: number;
  /** As `--augment` of training. */
  readonly augment?: string | undefined;
  /** Measure each operation of each layer too. */
  readonly layers?: boolean;
}

export interface StepResult {
  /** Of each process. */
  readonly threads: number;
  readonly processes: number;
  /** Bytes of a step that each process gets from the others. */
  readonly received: number;
  readonly msPerStep: { readonly best: number; readonly median: number };
  readonly samplesPerSecond: number;
  /** Direct multiply-adds (two operations each), the first layer's dx left out. */
  readonly gflops: number;
  /** Of the FMA peak of that many cores, measured in the same run. 0 for the reference back end. */
  readonly peakShare: number;
  /** Where the time of a step goes, on the first rank, in the order of the program; null unless asked for. */
  readonly operations: readonly OperationTime[] | null;
  /** Milliseconds per step of each rank: computing, and waiting for others. */
  readonly ranks: readonly { readonly compute: number; readonly wait: number }[];
}

/** One measured window lasts about this long: long against launching it, short against a neighbor's noise. */
const windowSeconds = 0.06;

export const stepChecks: Readonly<Record<string, Check>> = {
  ...settings("model", "threads", "optimizer", "dtype", "backend", "augment"),
  batchSize: whole(1, 2 ** 24),
  seconds: above0(3600),
};

/** A step that can be run again and again. */
export interface StepBench {
  readonly net: Net;
  readonly engine: Engine;
  /** Of a window: warm, so that one lasts long against what launching it costs. */
  readonly steps: number;
  /** One window on every rank. */
  readonly run: (profile?: boolean) => Promise<FinishedRank[]>;
}

/** Makes the step and warms it up. Close its engine. Throws HeddleError where the net or the machine cannot be had. */
export async function openStepBench(
  options: Omit<StepOptions, "seconds" | "layers">,
  spec?: NetSpec,
): Promise<StepBench> {
  const { batchSize, dtype } = options;
  const crew = currentCrew();
  const threads = crew && options.threads === "auto" ? crew.cores : chooseThreads(options.threads).threads;
  await crew?.prepare({ kind: "bench", step: { ...options, threads }, spec } satisfies BenchOrder, null);
  const engine = new Engine(threads, options.backend, crew);
  try {
    const configured = engineOptions(options, spec);
    engine.configure(configured);
    const { net, dataset, places: placesAtMost } = configured;
    const { count } = dataset.train;
    let steps = 2;
    const { updaters } = groupsOfOptimizer(net, options.optimizer, 1e-4);
    const type = floatsOf(dtype);
    engine.setParameters(net.parameters.map((spec, i) => new type(initializeParameter(spec, i, 0, undefined))));
    const run = async (profile = false): Promise<FinishedRank[]> =>
      engine.train({
        profile,
        order: Uint32Array.from({ length: steps * batchSize }, (_, i) => i % count),
        from: 0,
        epoch: 0,
        before: 0,
        totals: { loss: 0, correct: 0, samples: 0 },
        optimizer: options.optimizer,
        updaters,
        lr: 1e-4,
      });
    const [warm] = await run();
    steps = Math.max(
      1,
      Math.min(Math.round((windowSeconds * steps) / warm.seconds), Math.floor(placesAtMost / batchSize)),
    );
    await run();
    return { net, engine, steps, run };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** What the first of several processes tells the others of a step that they make together (`cluster/serve.ts`). */
export interface BenchOrder {
  readonly kind: "bench";
  readonly step: Omit<StepOptions, "seconds" | "layers">;
  /** The net, where it is not the model of that name. */
  readonly spec: NetSpec | undefined;
}

/** Random images that a step of so many is run on. */
export const stepImages = (batchSize: number): number => Math.max(512, batchSize);

/** What an engine is laid out for, to run this step. Throws HeddleError where the net or the memory cannot be had. */
export function engineOptions(step: BenchOrder["step"], spec?: NetSpec) {
  const planned = stepOptions(step, spec);
  const { net, batchSize } = planned;
  const images = stepImages(batchSize);
  checkRoom(images * featureCount(net.spec.input));
  return {
    ...planned,
    dataset: randomDataset(net, images),
    preprocessing: {
      standardize: "unit",
      kind: "affine",
      ...net.spec.input,
      maximum: 255,
      ...unitAffine(net.spec.input.channels),
    },
  } satisfies EngineOptions;
}

/** The same without images: what a plan is made from. Throws HeddleError where the net cannot be had. */
export function stepOptions({ batchSize, dtype, ...options }: BenchOrder["step"], spec?: NetSpec) {
  const net = resolveNet(spec ?? buildNet(options.model, {}));
  checkMinibatches(net, batchSize, batchSize);
  return {
    net,
    dtype,
    batchSize,
    optimizer: ruleOf(options.optimizer),
    assignment: groupsOfOptimizer(net, options.optimizer, 1e-4).assignment,
    loss: lossOf("cross-entropy"),
    places: Math.max(2 * batchSize, 1 << 20),
    augmentation: parseAugmentation(options.augment ?? "none", "--augment", net.spec.input),
  };
}

/** Throws HeddleError where the net or the machine cannot be had. */
export async function benchStep(options: StepOptions): Promise<StepResult> {
  checkOptions("benchStep", options, { ...stepChecks, layers: aSwitch }, [
    "model",
    "batchSize",
    "optimizer",
    "dtype",
    "seconds",
  ]);
  const { batchSize, dtype } = options;
  const { net, engine, steps, run } = await openStepBench(options);
  const { threads, plan } = engine;
  const cores = threads * plan.division.processes;
  try {
    const windows: FinishedRank[][] = [];
    for (const end = performance.now() + options.seconds * 1000; performance.now() < end || windows.length < 3; ) {
      windows.push(await run());
    }
    const profiles: Float64Array[] = [];
    for (const end = performance.now() + options.seconds * 1000; options.layers && performance.now() < end; ) {
      const [{ profile }] = await run(true);
      if (profile) profiles.push(profile);
    }
    const times = windows.map(([{ seconds }]) => (seconds / steps) * 1000).sort((a, b) => a - b);
    const best = times[0];
    const flops = stepOperations(net) * batchSize;
    const peak = measuredPeak(engine.backend, dtype);
    return {
      threads,
      processes: plan.division.processes,
      received: exchangedBytes(plan, batchSize) * (1 - 1 / plan.division.processes),
      msPerStep: { best, median: times[times.length >> 1] },
      samplesPerSecond: (batchSize / best) * 1000,
      gflops: flops / best / 1e6,
      peakShare: peak > 0 ? flops / (best / 1000) / (peak * cores) : 0,
      operations: options.layers
        ? operationTimes(plan.parts, net, { windows: profiles, steps, samples: batchSize, peak })
        : null,
      ranks: windows[0].map((_, rank) => {
        const mean = (of: (report: { seconds: number; waited: number }) => number): number =>
          (windows.reduce((sum, reports) => sum + of(reports[rank]), 0) / windows.length / steps) * 1000;
        return { compute: mean(({ seconds, waited }) => seconds - waited), wait: mean(({ waited }) => waited) };
      }),
    };
  } finally {
    await engine.close();
  }
}

/** Random images lie beside those that the ranks share. Throws `runError` where they would fill the memory. */
function checkRoom(needed: number): void {
  const { available } = readMemory();
  if (2 * needed <= available) return;
  const fix = "Take a smaller --batch-size.";
  throw runError({
    where: "memory",
    expected: `${bytes(2 * needed)} for the images of a step`,
    got: bytes(available),
    fix,
  });
}

const unitAffine = (channels: number): { scale: number[]; shift: number[] } => ({
  scale: Array.from({ length: channels }, () => 1 / 255),
  shift: Array.from({ length: channels }, () => 0),
});

/** Bytes 1..255 and labels, so that no kernel can gain from zeros. */
function randomDataset(net: Net, count: number): Pick<Dataset, "train" | "test"> {
  const random = new Stream(1, "synthetic");
  const images = Uint8Array.from({ length: count * featureCount(net.spec.input) }, () => 1 + random.below(255));
  const labels = Uint16Array.from({ length: count }, () => random.below(net.spec.classes));
  return { train: { count, images, labels }, test: null };
}
