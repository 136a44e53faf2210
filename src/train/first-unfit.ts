/**
 * Weights are looked at when a stretch of updates is over. Where one is not finite then, though no loss said so (a dead branch, an
 * overflow that nothing reads), the stretch is gone through once more, an update at a time, to name the one that did it.
 */
import type { Engine } from "../engine/engine.js";
import { type Session, startingWeights } from "../run/session.js";
import { checkpointsOf } from "./checkpoints.js";
import { configureFor } from "./configure.js";
import type { Unfit } from "./keep-task.js";
import type { Keeper } from "./keeper.js";
import { orderOf } from "./order.js";
import type { Progress } from "./progress.js";
import { trainStretch } from "./stretch.js";

interface Of {
  readonly engine: Engine;
  readonly session: Session;
  readonly keeper: Keeper;
  readonly checkpointFile: string | null;
}

/** What `check` finds after that update. Null where the stretch's beginning is nowhere any more. Nothing can go on after it. */
export async function firstUnfit(
  { engine, session, keeper, checkpointFile }: Of,
  begun: Progress,
  ended: Progress,
): Promise<{ readonly progress: Progress; readonly unfit: Unfit } | null> {
  if (begun.totalSteps === 0) {
    configureFor(engine, session);
    engine.setParameters(startingWeights(session).tensors);
  } else {
    if (checkpointFile === null || checkpointsOf(checkpointFile).length === 0) return null;
    const { header } = await keeper.restore();
    if (header.progress.totalSteps !== begun.totalSteps) return null;
  }
  const order = orderOf(session, begun.epoch, new Uint32Array(session.train.length));
  const left = { updates: 1, seconds: Infinity };
  const quiet = { folder: null, signal: undefined, onEvent: () => undefined };
  for (let done = 0; begun.step + done < ended.step; done++) {
    const progress = { ...begun, step: begun.step + done, totalSteps: begun.totalSteps + done };
    const { step, halted } = await trainStretch({ session, engine, progress, order, left, ...quiet });
    const unfit = halted === null ? await keeper.check() : null;
    if (unfit) return { progress: { ...progress, step, totalSteps: progress.totalSteps + 1 }, unfit };
  }
  return null;
}
