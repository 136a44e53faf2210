/** An engine laid out for the steps of a run. */
import type { Engine } from "../engine/engine.js";
import type { Penalties } from "../engine/rules.js";
import { readLogits } from "../metrics/index.js";
import type { FullConfig, Session } from "../run/session.js";

/** `epoch`, from 1: what is frozen may change. */
export function configureFor(engine: Engine, session: Session, epoch = 1): void {
  const { net, loss, rule: optimizer, preprocessing, taught: dataset, config, batchSize, minibatch } = session;
  const { augmentation, train, validation, test, watched } = session;
  const places = Math.max(train.length, validation.length, test.length);
  const { dtype, seed, exactConv: exact, clipNorm, maxNorm, ema } = config;
  const finishing = { waits: clipNorm !== undefined, averages: ema !== undefined, maxNorm };
  const trained = {
    net,
    dtype,
    batchSize,
    minibatch,
    optimizer,
    loss,
    preprocessing,
    dataset,
    places,
    used: [train, validation, test],
    seed,
    exact,
    finishing,
  };
  const { assignment } = session.groupsAt(epoch);
  engine.configure({ ...trained, epoch, assignment, augmentation, logits: readLogits(watched) });
}

/** What is done to the gradient of each update. */
export const penaltiesOf = ({ clipValue, clipNorm, l1 }: FullConfig): Penalties => ({ clipValue, clipNorm, l1 });
