/** After a loss that is not finite: where it began, on which samples, and a file by which the step can be run again. */
import { existsSync } from "node:fs";
import { HeddleError } from "../base/errors.js";
import { shellPath } from "../base/shell-word.js";
import type { Engine } from "../engine/engine.js";
import type { RunFolder } from "../run/run-folder.js";
import type { Session } from "../run/session.js";
import { layerOf, nonFiniteError } from "./non-finite.js";
import { writeReplay } from "./replay-file.js";

export interface HaltedStep {
  readonly engine: Engine;
  readonly session: Session;
  readonly folder: RunFolder | null;
  readonly dataHash: string;
  /** Samples in the order of the epoch. */
  readonly order: Uint32Array;
  /** From 0; updates of the run before this epoch. */
  readonly epoch: number;
  readonly step: number;
  /** The first parameter whose gradient was not finite; null where it was the loss. */
  readonly unfit: number | null;
  readonly before: number;
}

/** The error to end with. The weights in the engine are those before the step's update. */
export async function postMortem({ engine, session, folder, ...halted }: HaltedStep): Promise<Error> {
  const { net, batchSize, config, preprocessing, loss } = session;
  const { epoch, step, unfit, before, dataHash, order } = halted;
  // Before anything else goes through the arena.
  const layer = unfit === null ? engine.firstNonFiniteLayer() : layerOf(net, unfit);
  const tensors = engine.parameters();
  const samples = order.slice(step * batchSize, (step + 1) * batchSize);
  const { answers } = await engine.score(samples);
  const wrong = Array.from(samples).filter((_, i) => !Number.isFinite(answers.losses[i]));
  const { classWeights } = loss;
  const description = { schema: 1, config, preprocessing, classWeights, dataHash, epoch, step, before } as const;
  const replay = folder ? leaveReplay(folder.replayFile, description, net.parameters, tensors) : undefined;
  return nonFiniteError({
    where: `epoch ${epoch + 1}, step ${step + 1}`,
    expected: unfit === null ? "a finite loss" : "a gradient of a finite norm",
    net,
    layer,
    checkpoint: folder !== null && existsSync(folder.checkpointFile),
    // Where each is finite without dropout and augmentation, all of the minibatch are told.
    samples: wrong.length > 0 ? wrong : Array.from(samples),
    replay,
  });
}

function leaveReplay(...[path, ...what]: Parameters<typeof writeReplay>): string {
  try {
    writeReplay(path, ...what);
    return `heddle replay ${shellPath(path)} shows the step layer by layer.`;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return `No replay file: ${error.message}`;
  }
}
