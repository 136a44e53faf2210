/** The line of an epoch: what came of it, and how it was trained. */
import { isPlain } from "../losses/index.js";
import { ratesOf } from "../run/parameter-groups.js";
import type { Session } from "../run/session.js";
import { meanLosses } from "./batch-losses.js";
import type { EpochLine } from "./events.js";
import type { Progress } from "./progress.js";

/** `progress`: as the epoch's last step left it, before anything was made of its scores. */
export function epochLine(
  session: Session,
  { epoch, step, totalSteps, followed, batchLosses, epochSeconds }: Progress,
  { train, validation, ...notes }: Pick<EpochLine, "train" | "validation" | "load" | "moved">,
): EpochLine {
  const lr = session.rate(totalSteps - 1) * followed.factor;
  return {
    kind: "epoch",
    epoch: epoch + 1,
    train,
    validation,
    lr,
    ...ratesOf(session, epoch + 1, lr),
    ...(isPlain(session.loss) ? {} : { objective: batchLosses.reduce((sum, loss) => sum + loss, 0) / step }),
    batchLoss: meanLosses(batchLosses, step),
    ...(step < session.steps && { steps: step }),
    seconds: epochSeconds,
    ...notes,
  };
}
