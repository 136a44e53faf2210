/**
 * `--unfreeze-at`: what was frozen is trained from an epoch on. The engine is laid out anew then, with a pass back through
 * all of the net; weights and what optimizers know of them move over, and of those that were frozen they know nothing yet.
 */
import type { FloatArray } from "../base/numbers.js";
import { statesOf } from "../engine/assignment.js";
import type { Engine } from "../engine/engine.js";
import type { Plan } from "../engine/plan.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "../run/session.js";
import { checkpointsOf, newestCheckpoint } from "./checkpoints.js";
import { configureFor } from "./configure.js";
import type { Progress } from "./progress.js";

/** The epoch, from 1, whose groups the last update was made with: those that a checkpoint has state for. */
export const epochOfLast = ({ epoch, step }: Pick<Progress, "epoch" | "step">): number =>
  step > 0 ? epoch + 1 : Math.max(1, epoch);

/** The same of a run that goes on. Throws `dataError` where its checkpoint is damaged. */
export function begunEpoch({ config }: Session, folder: RunFolder | undefined): number {
  if (config.unfreezeAt === undefined || !folder || checkpointsOf(folder.checkpointFile).length === 0) return 1;
  return epochOfLast(newestCheckpoint(folder.checkpointFile).state.progress);
}

/** Before an epoch: lays the engine out anew where it is the one that thaws. */
export function thawFor(
  engine: Engine,
  session: Session,
  { epoch, step }: Progress,
  onNote: (text: string) => void,
): void {
  const { unfreezeAt } = session.config;
  if (unfreezeAt === undefined || epoch + 1 !== unfreezeAt || step > 0) return;
  const before = engine.plan;
  const [tensors, states, averages] = [engine.parameters(), engine.optimizerState(), engine.averages()];
  configureFor(engine, session, unfreezeAt);
  engine.setParameters(tensors);
  engine.setAverages(averages);
  engine.setOptimizerState(movedStates(before, engine, states));
  onNote(`Epoch ${unfreezeAt}: nothing is frozen by --freeze from here on.`);
}

/** State by name of tensor and kind; zeros where there was none. */
function movedStates(before: Plan, engine: Engine, states: readonly (readonly FloatArray[])[]): FloatArray[][] {
  const known = statesOf(before).map(
    (having, kind) => new Map(having.map(({ spec }, i) => [spec.name, states[kind][i]] as const)),
  );
  const fresh = engine.optimizerState();
  return statesOf(engine.plan).map((having, kind) =>
    having.map(({ spec }, i) => known[kind]?.get(spec.name) ?? fresh[kind][i]),
  );
}
