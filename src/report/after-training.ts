/** Trains, and leaves the report in the run's folder, however the run ended. */
import { usageError } from "../base/errors.js";
import { anObject, aSwitch, checkOptions, whole } from "../base/given.js";
import type { TrainConfigInput } from "../config/schema.js";
import type { Dataset } from "../data/dataset.js";
import { ProfiledEngine } from "../measure/profiled-engine.js";
import { writeRunProfile } from "../measure/run-profile.js";
import { writesFiles } from "../run/run-folder.js";
import type { TrainEvent, TrainOutcome } from "../train/events.js";
import type { TrainOptions } from "../train/options.js";
import { train as trainAlone } from "../train/trainer.js";
import { type LiveOptions, openLive } from "./live.js";
import { writeReport } from "./write.js";

export interface ReportedOptions extends Omit<TrainOptions, "onLoaded" | "engineOf"> {
  /** Leave `report.html` in the run's folder. */
  readonly report?: boolean;
  /** Measure where the time goes: `profile.json`, `trace.json`, and a section of the report. */
  readonly profile?: boolean;
  /** Serve the run's page on 127.0.0.1 while it trains; a note says where. */
  readonly live?: LiveOptions;
}

/** Settings and what else is wished, or all of it as one object with the settings in `config`. Throws HeddleError; what the run folder holds by then stays valid, and has its report. */
export async function train(config: TrainConfigInput, options: Omit<ReportedOptions, "config">): Promise<TrainOutcome>;
export async function train(options?: ReportedOptions): Promise<TrainOutcome>;
export async function train(
  first: ReportedOptions | TrainConfigInput = {},
  second?: Omit<ReportedOptions, "config">,
): Promise<TrainOutcome> {
  if (second === undefined) return trainAndReport(first as ReportedOptions);
  anObject(second, "train, options");
  return trainAndReport({ ...second, config: first as TrainConfigInput });
}

async function trainAndReport(given: ReportedOptions): Promise<TrainOutcome> {
  anObject(given, "train, options");
  const { report = false, live, profile = false, ...options } = given;
  aSwitch(report, "train, report");
  aSwitch(profile, "train, profile");
  if (live !== undefined) checkOptions("train, live", live, { port: whole(0, 65_535) });
  if (!report && !live && !profile) return trainAlone(options);
  const { out } = options.config ?? {};
  if (profile && options.resume === undefined && !writesFiles(out)) {
    const expected = "a run with a folder, where profile.json and trace.json go";
    throw usageError({ where: "profile", expected, got: `out ${String(out)}` });
  }
  const began = performance.now();
  const server = live && (await openLive(live));
  if (server) options.onEvent?.({ kind: "note", text: `The run's page: ${server.address}` });
  let ending = "The run has ended without a result.";
  let run: string | undefined;
  let loaded: Dataset | undefined;
  let profiled: ProfiledEngine | undefined;
  const engineOf: TrainOptions["engineOf"] = (threads, backend) =>
    (profiled = new ProfiledEngine(threads, backend, began));
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "start") run = event.header.run ?? undefined;
    server?.tell(event);
    options.onEvent?.(event);
  };
  try {
    const outcome = await trainAlone({
      ...options,
      onEvent,
      onLoaded: (dataset) => (loaded = dataset),
      ...(profile && { engineOf }),
    });
    ending = outcome.status === "done" ? "The run is finished." : "The run was stopped.";
    return outcome;
  } finally {
    await server?.close(ending);
    if (profiled && run !== undefined) leaveProfile(run, profiled, options);
    if (report && run !== undefined) await leaveReport(run, options, loaded);
  }
}

/** The run is over and saved: what cannot be written of its time is said. */
function leaveProfile(run: string, engine: ProfiledEngine, options: ReportedOptions): void {
  const note = (text: string): void => options.onEvent?.({ kind: "note", text });
  try {
    const said = writeRunProfile(run, engine);
    if (said !== null) note(said);
  } catch (error) {
    note(error instanceof Error ? error.message : String(error));
  }
}

/** The run is over and saved: a page that cannot be made costs the page alone. */
async function leaveReport(run: string, options: ReportedOptions, loaded: Dataset | undefined): Promise<void> {
  try {
    const { dataDir, threads, backend } = options.config ?? {};
    await writeReport(run, { dataDir, threads, backend, loaded });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    options.onEvent?.({ kind: "note", text: `The report could not be written: ${why}` });
  }
}
