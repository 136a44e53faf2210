/** What a resume changes of a run: its configuration from here on, what is said of it, what `run.json` keeps. */
import { givenAnew, lasting } from "../config/resumable.js";
import { changeable, changedConfig, changesText, differences } from "../config/resume-with.js";
import type { TrainConfig } from "../config/schema.js";
import { rateOf } from "../optim/schedules/index.js";
import { type RunChanges, type RunRecord, recordChanges } from "../run/run-file.js";
import type { FullConfig, Session } from "../run/session.js";
import type { GivenOptions } from "./options.js";
import type { Progress } from "./progress.js";
import type { Resumed } from "./resume.js";

/** The configuration a run was started with, but for what is given anew. Throws `usageError` for what may not change. */
export function resumedConfig(
  { config }: RunRecord,
  { config: given, sources, resumeWith }: GivenOptions,
): TrainConfig {
  return changedConfig({ ...config, ...givenAnew(given, sources) }, resumeWith ?? {});
}

/** What of the session is not as `run.json` has it, and is to stay; null where nothing is. */
function changesOf({ config }: RunRecord, session: Session, { totalSteps: updates }: Progress): RunChanges | null {
  const pick = (keys: readonly (keyof TrainConfig)[], of: TrainConfig): Partial<TrainConfig> =>
    Object.fromEntries(keys.map((key) => [key, of[key]]));
  const changes = differences(config, pick([...changeable, ...lasting], session.config));
  const keys = changes.map(({ key }) => key);
  return keys.length === 0 ? null : { updates, from: pick(keys, config), to: pick(keys, session.config) };
}

/** The rates on both sides of the change, as the updates there use them. */
function changesNote(run: RunRecord, session: Session, changes: RunChanges, progress: Progress): string | null {
  const allowed: readonly string[] = changeable;
  const told = differences(run.config, changes.to as Partial<TrainConfig>).filter(({ key }) => allowed.includes(key));
  if (told.length === 0) return null;
  const { updates } = changes;
  const { factor } = progress.followed;
  const text = (rate: number): string => `${Number((rate * factor).toPrecision(6))}`;
  const before = updates > 0 ? `${text(ratesWith(run.config, session.steps)(updates - 1))} at update ${updates}, ` : "";
  const after = `${text(session.rate(updates))} at update ${updates + 1}`;
  return `The run goes on with ${changesText(told)}. Learning rate: ${before}${after}.`;
}

/** Writes into `run.json` what goes on otherwise; what is to be said of it. */
export function changeRun(
  { folder, run }: Resumed,
  session: Session,
  progress: Progress,
  ended: string | null,
  { sources, resumeWith = {} }: GivenOptions,
): string[] {
  const changes = changesOf(run, session, progress);
  if (changes) recordChanges(folder, changes, sources);
  const asked = Object.keys(resumeWith).length > 0;
  const notes = [
    changes && changesNote(run, session, changes, progress),
    asked && !changes && "--resume-with changes nothing: the run has these settings already.",
    asked && ended !== null && `The run is over all the same (${ended}): no update follows.`,
  ];
  return notes.filter((text) => typeof text === "string");
}

/** Whether a run with the last configuration alone makes the same updates as one that came to it by these changes. */
export function changesNothing({ config, changes, stepsPerEpoch }: RunRecord): boolean {
  const last = ratesWith(config, stepsPerEpoch);
  const other: readonly string[] = changeable.filter((key) => key !== "epochs");
  return changes.every(({ updates, from, to }) => {
    if (Object.keys(to).some((key) => other.includes(key))) return false;
    const before = ratesWith(
      { ...config, epochs: (from["epochs"] as number | undefined) ?? config.epochs },
      stepsPerEpoch,
    );
    return Array.from({ length: updates }, (_, t) => t).every((t) => before(t) === last(t));
  });
}

function ratesWith({ schedule, lr, epochs = 1 }: TrainConfig | FullConfig, steps: number): (update: number) => number {
  return rateOf(schedule, lr, { updates: epochs * steps, updatesPerEpoch: steps });
}
