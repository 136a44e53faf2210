/** `train --profile`: `profile.json` and `trace.json` of a run's folder. */
import { z } from "zod";
import { writeTextFile } from "../base/atomic-write.js";
import { dataError } from "../base/errors.js";
import { isFile } from "../base/path-kind.js";
import { readWholeFile } from "../base/read-file.js";
import { type ChromeTrace, chromeTrace, type TraceSlice, traceNote } from "../engine/chrome-trace.js";
import { layerTimes, type Window } from "../engine/layer-times.js";
import { RunFolder } from "../run/run-folder.js";
import { adviceOf } from "./advice.js";
import { measuredPeak } from "./peak.js";
import { stepSlices } from "./profile.js";
import type { Job, ProfiledEngine } from "./profiled-engine.js";

const layerSchema = z.object({
  layer: z.string().nullable(),
  type: z.string().nullable(),
  pass: z.string(),
  ms: z.number(),
  share: z.number(),
  gflops: z.number().nullable(),
  peakShare: z.number().nullable(),
  bytes: z.number().nullable(),
});

const runProfileSchema = z.object({
  schema: z.literal(1),
  threads: z.number(),
  /** Steps that were measured. */
  steps: z.number(),
  msPerStep: z.number(),
  layers: z.array(layerSchema),
  ranks: z.array(z.object({ compute: z.number(), wait: z.number() })),
  imbalance: z.number(),
  /** Seconds of the whole: "loading", "training", "scoring", "keeping", "other". */
  phases: z.record(z.string(), z.number()),
  advice: z.string(),
});
export type RunProfile = z.infer<typeof runProfileSchema>;

const phaseNames = { train: "training", score: "scoring", keep: "keeping" } as const;

const fileOf = (run: string): string => new RunFolder(run).profileFile;

/** Null where the run was not profiled. Throws `dataError` where the file is not as this version writes it. */
export function readRunProfile(run: string): RunProfile | null {
  const path = fileOf(run);
  if (!isFile(path)) return null;
  const fail = (got: string) =>
    dataError({ where: path, expected: "the profile of a run", got, fix: "heddle train --profile writes one." });
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(readWholeFile(path, "the profile of a run")).toString());
  } catch (error) {
    throw fail((error as Error).message);
  }
  const parsed = runProfileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw fail(parsed.error.issues[0].message);
}

/** Writes both; nothing where no step was made. Returns what a person should know. Throws `runError` where they cannot be written. */
export function writeRunProfile(run: string, engine: ProfiledEngine): string | null {
  const { jobs, options, plan, backend, threads } = engine;
  const windows = jobs.flatMap(({ trained }) => (trained && trained.steps > 0 ? [trained] : []));
  if (!options || windows.length === 0) return null;
  const { net, dtype, batchSize, optimizer: rule } = options;
  const traffic = { net, dtype, batchSize, rule: rule! };
  const peak = measuredPeak(backend, dtype);
  const steps = windows.reduce((sum, window) => sum + window.steps, 0);
  const all = [pooled(windows, steps)];
  const { times, stepMs } = layerTimes(plan.parts, all, traffic, peak);
  const ranks = all[0].ranks.map(({ seconds, waited }) => ({
    compute: ((seconds - waited) / steps) * 1000,
    wait: (waited / steps) * 1000,
  }));
  const computes = ranks.map(({ compute }) => compute);
  const mean = computes.reduce((sum, ms) => sum + ms, 0) / threads;
  const imbalance = mean > 0 ? Math.max(...computes) / mean - 1 : 0;
  const msPerStep = { best: stepMs, median: stepMs, mean: stepMs };
  const advice = adviceOf({
    ...{ model: run, batchSize, dtype, threads, backend: backend.name, isa: backend.isa, steps, msPerStep },
    ...{ samplesPerSecond: (batchSize / stepMs) * 1000, gflops: 0, peakShare: null, layers: times, ranks, imbalance },
  });
  const profile: RunProfile = {
    ...{ schema: 1, threads, steps, msPerStep: stepMs, layers: times, ranks, imbalance },
    ...{ phases: phasesOf(jobs, engine.seconds), advice },
  };
  writeTextFile(fileOf(run), `${JSON.stringify(profile, null, 2)}\n`);
  const { traceFile } = new RunFolder(run);
  const trace = traceOf(run, engine);
  writeTextFile(traceFile, trace.text);
  return traceNote(traceFile, trace);
}

/** All windows as one. */
function pooled(windows: readonly Window[], steps: number): Window {
  const ranks = windows[0].ranks.map((_, rank) => {
    const own = windows.map((window) => window.ranks[rank]);
    const sum = (of: (report: (typeof own)[number]) => number): number =>
      own.reduce((total, each) => total + of(each), 0);
    const profile = Float64Array.from(own[0].profile ?? [], (__, i) => sum((report) => report.profile?.[i] ?? 0));
    return { seconds: sum(({ seconds }) => seconds), waited: sum(({ waited }) => waited), profile };
  });
  return { ranks, steps };
}

function phasesOf(jobs: readonly Job[], whole: number): Record<string, number> {
  const phases: Record<string, number> = { loading: jobs[0]?.begin ?? 0 };
  for (const { kind, begin, end } of jobs) phases[phaseNames[kind]] = (phases[phaseNames[kind]] ?? 0) + end - begin;
  const known = Object.values(phases).reduce((sum, seconds) => sum + seconds, 0);
  return { ...phases, other: Math.max(0, whole - known) };
}

/** The run on one track, and each rank's epochs on its own. */
function traceOf(run: string, { jobs, plan, options }: ProfiledEngine): ChromeTrace {
  const slices: TraceSlice[] = [];
  const first = jobs[0]?.begin ?? 0;
  slices.push({ name: "loading data, planning", category: "loading", track: 0, begin: 0, end: first });
  let at = first;
  for (const { kind, epoch, begin, end, trained } of jobs) {
    // What waits for one another on the caller's thread follows one another.
    const from = Math.max(begin, at);
    at = Math.max(from, end);
    slices.push({ name: `${phaseNames[kind]}, epoch ${epoch}`, category: kind, track: 0, begin: from, end: at });
    if (!trained) continue;
    for (const [rank, own] of plan.parts.entries()) {
      const track = rank + 1;
      const to = Math.min(at, from + trained.ranks[rank].seconds);
      slices.push({ name: `epoch ${epoch}`, category: "train", track, begin: from, end: to });
      const whole = { ranks: trained.ranks, steps: 1 };
      for (const slice of stepSlices(own, options!.net, whole, rank, [from, to])) slices.push({ ...slice, track });
    }
  }
  const about = {
    what: `the run ${run}`,
    note: "Of each epoch a rank's layers and passes are drawn once, with the time of all its steps.",
  };
  return chromeTrace(["run", ...plan.parts.map((_, rank) => `rank ${rank}`)], slices, about);
}
