/** `heddle profile`: where the time of warm training steps goes, by layer and pass and by rank, and what to do about it. */
import { usageError } from "../base/errors.js";
import { aText, checkOptions } from "../base/given.js";
import { isFolder } from "../base/path-kind.js";
import { counted } from "../base/text.js";
import { type ChromeTrace, chromeTrace, type TraceSlice, traceNote } from "../engine/chrome-trace.js";
import type { FinishedRank } from "../engine/job.js";
import { type LayerTime, layerTimes, slicesOf, type Window } from "../engine/layer-times.js";
import { openNamedModel } from "../inference/open-model.js";
import type { ProgramPart } from "../kernels/program-writer.js";
import { type Net, stepOperations } from "../nn/net.js";
import { ruleOf } from "../optim/index.js";
import { readRunFile } from "../run/run-file.js";
import { RunFolder } from "../run/run-folder.js";
import { adviceOf } from "./advice.js";
import { measuredPeak } from "./peak.js";
import { openStepBench, type StepOptions, stepChecks } from "./step.js";

export interface RankTime {
  /** Milliseconds of a step: computing, and waiting for other ranks at barriers. */
  readonly compute: number;
  readonly wait: number;
}

export interface StepProfile {
  readonly model: string;
  readonly batchSize: number;
  readonly dtype: "f32" | "f64";
  readonly threads: number;
  readonly backend: string;
  readonly isa: string;
  /** Steps that were measured, after warming up. */
  readonly steps: number;
  readonly msPerStep: { readonly best: number; readonly median: number; readonly mean: number };
  readonly samplesPerSecond: number;
  /** By the definition's multiply-adds, two operations each, the first layer's dx left out; and of the FMA peak of so many cores. */
  readonly gflops: number;
  readonly peakShare: number | null;
  /** In the order of a step; shares sum to 1. */
  readonly layers: readonly LayerTime[];
  readonly ranks: readonly RankTime[];
  /** By how much the slowest rank computes longer than the mean: 0.1 is a tenth. */
  readonly imbalance: number;
  /** One sentence. */
  readonly advice: string;
}

/** As `StepOptions`; `model` may be a run's folder. What is left out has the run's value, or the default of training. */
export interface ProfileOptions extends Partial<Omit<StepOptions, "layers" | "model">> {
  readonly model: string;
}

export interface Profiled {
  readonly profile: StepProfile;
  /** Text of a file in the Trace Event Format: a track for each rank, a slice for each layer and pass of a step. */
  readonly trace: string;
  /** What is to be said of it where it is written to this path. */
  readonly traceNote: (path: string) => string;
}

const atLeast = 5;

const checks = { ...stepChecks, model: aText };

/** Throws HeddleError where the net or the machine cannot be had. */
export async function profileStep(given: ProfileOptions): Promise<Profiled> {
  checkOptions("profileStep", given, checks, ["model"]);
  const { options, spec } = resolve(given);
  const { batchSize, dtype } = options;
  const bench = await openStepBench(options, spec);
  const { net, engine, steps, run } = bench;
  try {
    await run(true); // the first call begins the count
    const windows: Window[] = [];
    const until = performance.now() + options.seconds * 1000;
    while (performance.now() < until || windows.length < atLeast) windows.push({ ranks: await run(true), steps });
    const { threads, backend, plan } = engine;
    const peak = measuredPeak(backend, dtype);
    const rule = ruleOf(options.optimizer);
    const { times, stepMs: mean } = layerTimes(plan.parts, windows, { net, dtype, batchSize, rule }, peak);
    const all = windows.map((window) => (window.ranks[0].seconds / steps) * 1000).sort((a, b) => a - b);
    const median = all[all.length >> 1];
    const rate = (stepOperations(net) * batchSize) / (median / 1000);
    const ranks = ranksOf(windows);
    const computes = ranks.map(({ compute }) => compute);
    const meanCompute = computes.reduce((sum, ms) => sum + ms, 0) / threads;
    const found = {
      model: given.model,
      batchSize,
      dtype,
      threads,
      backend: backend.name,
      isa: backend.isa,
      steps: steps * windows.length,
      msPerStep: { best: all[0], median, mean },
      samplesPerSecond: (batchSize / median) * 1000,
      gflops: rate / 1e9,
      peakShare: peak > 0 ? Math.min(1, rate / (peak * threads)) : null,
      layers: times,
      ranks,
      imbalance: meanCompute > 0 ? Math.max(...computes) / meanCompute - 1 : 0,
    };
    const trace = traceOf(plan.parts, net, windows, found);
    return {
      profile: { ...found, advice: adviceOf(found) },
      trace: trace.text,
      traceNote: (path) => traceNote(path, trace),
    };
  } finally {
    await engine.close();
  }
}

function resolve({ model, ...given }: ProfileOptions) {
  const defaults = {
    batchSize: 64,
    optimizer: "adam",
    dtype: "f32",
    backend: "auto",
    threads: "auto",
    seconds: 2,
  } as const;
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as typeof given;
  if (!isFolder(model)) return { options: { ...defaults, ...said, model }, spec: undefined };
  const { config } = readRunFile(new RunFolder(model).runFile);
  const file = openNamedModel(model);
  const { batchSize: full } = file.model.provenance;
  const batchSize = config.batchSize === "full" ? Number(full) : config.batchSize;
  if (!Number.isInteger(batchSize)) {
    throw usageError({ where: "--batch-size", expected: "a number: the run does not say", got: "nothing" });
  }
  const { optimizer, dtype, augment } = config;
  return {
    options: { ...defaults, batchSize, optimizer, dtype, augment, ...said, model },
    spec: file.model.architecture,
  };
}

function ranksOf(windows: readonly Window[]): RankTime[] {
  return windows[0].ranks.map((_, rank) => {
    const mean = (of: (report: Pick<FinishedRank, "seconds" | "waited">) => number): number =>
      (windows.reduce((sum, { ranks, steps }) => sum + of(ranks[rank]) / steps, 0) / windows.length) * 1000;
    return { compute: mean(({ seconds, waited }) => seconds - waited), wait: mean(({ waited }) => waited) };
  });
}

/** Each measured window as one step: its mean. */
function traceOf(
  parts: readonly (readonly ProgramPart[])[],
  net: Net,
  windows: readonly Window[],
  { model, batchSize, threads }: Pick<StepProfile, "model" | "batchSize" | "threads">,
): ChromeTrace {
  const slices: TraceSlice[] = [];
  let begin = 0;
  for (const [i, window] of windows.entries()) {
    let last = begin;
    for (const [rank, own] of parts.entries()) {
      const end = begin + window.ranks[rank].seconds / window.steps;
      const args = { meanOf: window.steps };
      slices.push({ name: `step (window ${i + 1})`, category: "step", track: rank, begin, end, args });
      slices.push(...stepSlices(own, net, window, rank, [begin, end]));
      last = Math.max(last, end);
    }
    begin = last;
  }
  const about = {
    what: `warm training steps of ${model}, batch ${batchSize}, ${counted(threads, "thread")}`,
    note: "Each step is the mean of a window of steps. A loop over blocks of samples is drawn as one slice for each layer and pass, with the time of all blocks.",
  };
  const names = parts.map((_, rank) => `rank ${rank}`);
  return chromeTrace(names, slices, about);
}

/** One after the other, and what is left of the step as "other". */
export function stepSlices(
  parts: readonly ProgramPart[],
  net: Net,
  window: Window,
  rank: number,
  [begin, end]: readonly [number, number],
): TraceSlice[] {
  const slices: TraceSlice[] = [];
  let at = begin;
  for (const { layer, pass, seconds } of slicesOf(parts, window, rank)) {
    const of = layer === null ? null : net.layers[layer];
    const name = of ? `${of.place.name} ${of.spec.type} ${pass}` : pass;
    const to = Math.min(end, at + seconds);
    slices.push({ name, category: pass, track: rank, begin: at, end: to });
    at = to;
  }
  if (at < end) slices.push({ name: "other", category: "other", track: rank, begin: at, end });
  return slices;
}
