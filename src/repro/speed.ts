/**
 * Time to accuracy: one recipe, many seeds, timed. Training seconds are those of the steps, with the data in memory, as the
 * field's records count; command seconds go from the start of the process to the test score. Floating-point operations are
 * counted by the definition of each layer: what an algorithm saves, such as Winograd's, is not taken off.
 */
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { runError } from "../base/errors.js";
import { lockFolder } from "../base/lock.js";
import { sealJson } from "../base/sealed-json.js";
import { machineOf } from "../config/fields.js";
import { findDataset } from "../data/index.js";
import { evaluate } from "../inference/evaluate.js";
import { loadBackend } from "../kernels/index.js";
import { measuredPeak } from "../measure/peak.js";
import { meanOf } from "../metrics/student.js";
import { readModel } from "../model/model-file.js";
import { resolveNet, stepOperations } from "../nn/net.js";
import type { ReproSpeedDocument } from "../run/documents/repro.js";
import { parameterGroups } from "../run/parameter-groups.js";
import { readRun } from "../run/run-file.js";
import { RunFolder } from "../run/run-folder.js";
import { runOrResume } from "../search/run-or-resume.js";
import type { SpeedExperiment } from "./experiment.js";
import { type Extent, openFolder } from "./folder.js";
import { dated } from "./frame.js";
import { type Machine, machineFrom, type ReproOptions } from "./options.js";
import { accuracyOf, trainingSeconds } from "./results.js";

type Runs = ReproSpeedDocument["runs"];

/** The result, or null where a stop came first, and the folder. */
export async function runSpeed(
  experiment: SpeedExperiment,
  extent: Extent,
  options: ReproOptions,
): Promise<{ folder: string; result: ReproSpeedDocument | null }> {
  // What the process took before it came here: Node, and the modules of the command.
  const startUp = performance.now() / 1000;
  const folder = openFolder(experiment, extent, options.out);
  const lock = lockFolder(folder, "an experiment");
  try {
    const settings = { ...experiment.settings, ...(extent.quick && experiment.quick) };
    const { dataDir } = machineOf(machineFrom(options));
    const source = findDataset(settings.dataset ?? "synthetic-digits");
    // Missing files are told before anything is begun.
    if (!source.embedded) await source.load({ dataDir });
    const seeds = options.seeds ?? (extent.quick ? 1 : experiment.seeds);
    const runs: Runs = [];
    let trained = 0;
    for (let i = 0; i < seeds; i++) {
      const seed = (settings.seed ?? 0) + i;
      const run = join(folder, `seed-${seed}`);
      const came = await runOrResume({
        folder: run,
        config: { ...settings, seed },
        machine: machineFrom(options),
        until: null,
        report: false,
        onEvent: (event) => options.onEvent?.(event),
        signal: options.signal,
      });
      if (came.status === "failed") throw failed(run, came.reason);
      if (came.status !== "done") return { folder, result: null };
      const { test, train, seconds } = came.result;
      trained = Number(train?.samples ?? 0) * came.result.epoch;
      const asked = experiment.views === undefined ? null : await askViews(run, experiment.views, machineFrom(options));
      runs.push({
        seed,
        accuracy: asked?.accuracy ?? accuracyOf(test),
        training: trainingSeconds(run),
        views: asked?.seconds ?? null,
        command: startUp + seconds + (asked?.seconds ?? 0),
        run,
      });
    }
    const result = resultOf(experiment, extent, options, { folder, runs, trained });
    writeAtomically(join(folder, "result.json"), [sealJson(result, 2)]);
    return { folder, result };
  } finally {
    lock.release();
  }
}

/** The test accuracy of the mean over views, and how long it took, images read and all. */
async function askViews(path: string, tta: string, machine: Machine): Promise<{ accuracy: number; seconds: number }> {
  const began = performance.now();
  const { score } = await evaluate({ path, tta, split: "test", ...machine });
  return { accuracy: score.values["accuracy"] ?? Number.NaN, seconds: (performance.now() - began) / 1000 };
}

const failed = (where: string, reason: string): Error =>
  runError({ where, expected: "a run that comes to its end", got: `a failure (${reason})` });

function resultOf(
  { name, source, goal, anchors }: SpeedExperiment,
  { quick }: Extent,
  options: ReproOptions,
  { folder, runs, trained }: { folder: string; runs: Runs; trained: number },
): ReproSpeedDocument {
  const { mean, deviation } = meanOf(runs.map(({ accuracy }) => accuracy));
  const training = meanOf(runs.map((run) => run.training)).mean;
  const views = runs.map((run) => run.views).filter((seconds) => seconds !== null);
  const command = meanOf(runs.map((run) => run.command)).mean;
  const first = new RunFolder(runs[0].run);
  const net = resolveNet(readModel(first.modelFile).model.architecture);
  const flop = stepOperations(net, parameterGroups(net, readRun(first).config).assignment?.frozen) * trained;
  const said = dated(machineFrom(options));
  const peak = measuredPeak(loadBackend(machineOf(machineFrom(options)).backend), "f32") * said.machine.threads;
  return {
    schema: 1,
    name,
    source,
    folder,
    quick,
    ...said,
    goal,
    met: mean >= goal,
    accuracy: { mean, deviation, runs: runs.length },
    seconds: { training, views: views.length > 0 ? meanOf(views).mean : null, command },
    flop,
    peakShare: peak > 0 && training > 0 ? flop / training / peak : null,
    anchors: [...anchors],
    runs,
  };
}
