/** Times training steps on dense random input: gather, forward, backward, update and barriers, nothing left out. */
import type { TrainConfig } from "../config/schema.js";
import { parseAugmentation } from "../data/augment/index.js";
import type { Dataset } from "../data/dataset.js";
import { Engine } from "../engine/engine.js";
import type { FinishedRank } from "../engine/ranks.js";
import { featureCount } from "../nn/layer.js";
import { findLoss } from "../nn/losses.js";
import { checkMinibatches, type Net, resolveNet, stepOperations } from "../nn/net.js";
import { initializeParameter } from "../nn/initializers.js";
import { findOptimizer } from "../optim/index.js";
import { Stream } from "../random.js";
import { chooseThreads } from "../system.js";
import { buildNet } from "../zoo/index.js";
import { type OperationTime, operationTimes } from "./operations.js";
import { measuredPeak } from "./peak.js";

export interface StepOptions {
  readonly model: string;
  readonly batchSize: number;
  readonly threads: TrainConfig["threads"];
  readonly optimizer: string;
  readonly dtype: TrainConfig["dtype"];
  readonly backend: TrainConfig["backend"];
  /** Seconds to measure for. */
  readonly seconds: number;
  /** As `--augment` of training. */
  readonly augment?: string;
  /** Measure each operation of each layer too. */
  readonly layers?: boolean;
}

export interface StepResult {
  readonly threads: number;
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

/** One measured window lasts about this long: long against launching it, short against a neighbour's noise. */
const windowSeconds = 0.06;

/** Throws HeddleError where the net or the machine cannot be had. */
export async function benchStep(options: StepOptions): Promise<StepResult> {
  const { batchSize, dtype } = options;
  const optimizer = findOptimizer(options.optimizer);
  const net = resolveNet(buildNet(options.model, {}));
  checkMinibatches(net, batchSize, batchSize);
  const { threads } = chooseThreads(options.threads);
  const engine = new Engine(threads, options.backend);
  try {
    const dataset = randomDataset(net, Math.max(512, batchSize));
    const { count } = dataset.train;
    let steps = 2;
    const placesAtMost = Math.max(steps * batchSize, 1 << 20);
    engine.configure({
      net,
      dtype,
      batchSize,
      optimizer,
      loss: findLoss("cross-entropy"),
      dataset,
      places: placesAtMost,
      augmentation: parseAugmentation(options.augment ?? "none"),
      preprocessing: {
        standardize: "unit",
        kind: "affine",
        ...net.spec.input,
        maximum: 255,
        ...unitAffine(net.spec.input.channels),
      },
    });
    const type = dtype === "f32" ? Float32Array : Float64Array;
    engine.setParameters(net.parameters.map((spec, i) => new type(initializeParameter(spec, i, 0, undefined))));
    const run = async (profile = false): Promise<FinishedRank[]> =>
      engine.train({
        profile,
        order: Uint32Array.from({ length: steps * batchSize }, (_, i) => i % count),
        from: 0,
        epoch: 0,
        before: 0,
        totals: { loss: 0, correct: 0, samples: 0 },
        optimizer: optimizer.name,
        lr: 1e-4,
        momentum: 0.9,
      });
    const [warm] = await run();
    steps = Math.max(
      1,
      Math.min(Math.round((windowSeconds * steps) / warm.seconds), Math.floor(placesAtMost / batchSize)),
    );
    await run();
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
      msPerStep: { best, median: times[times.length >> 1] },
      samplesPerSecond: (batchSize / best) * 1000,
      gflops: flops / best / 1e6,
      peakShare: peak > 0 ? flops / (best / 1000) / (peak * threads) : 0,
      operations: options.layers
        ? operationTimes(engine.plan.parts, net, { windows: profiles, steps, rows: batchSize / threads, peak })
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
