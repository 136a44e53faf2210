/** Runs the step again at which a run's loss left the finite, and looks at every layer's numbers. */
import { dataError } from "../base/errors.js";
import { aFunction, aText, checkOptions } from "../base/given.js";
import { settings } from "../config/given.js";
import type { TrainConfig } from "../config/schema.js";
import { dataHash } from "../data/data-hash.js";
import type { LoadEvent } from "../data/dataset.js";
import { Engine } from "../engine/engine.js";
import { type NumberRange, rangeOf } from "../engine/range.js";
import { openSession } from "../run/session.js";
import { chooseThreads, worthRanks } from "../run/threads.js";
import { configureFor, penaltiesOf } from "./configure.js";
import { orderOf } from "./order.js";
import { readReplay } from "./replay-file.js";

export interface ReplayOptions extends Partial<Pick<TrainConfig, "threads" | "backend" | "dataDir">> {
  readonly onEvent?: (event: LoadEvent) => void;
}

export interface NamedRange extends NumberRange {
  /** Of a layer, or of a parameter. */
  readonly name: string;
  /** What the layer is: "conv2d, relu, max-pool"; the shape of a parameter. */
  readonly what: string;
}

export interface Replay {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  /** Of the minibatch, by their places in the training split. */
  readonly samples: readonly number[];
  /** The loss, or the norm of the gradient, was not finite again. */
  readonly reproduced: boolean;
  /** What the layers put out, from the images on; the weights before the step's update. */
  readonly layers: readonly NamedRange[];
  readonly parameters: readonly NamedRange[];
}

const checks = { ...settings("threads", "backend", "dataDir"), onEvent: aFunction };

/** Throws HeddleError: for a file that is no replay, and where the data are not those of the run. */
export async function replay(file: string, options: ReplayOptions = {}): Promise<Replay> {
  aText(file, "replay, file");
  checkOptions("replay", options, checks);
  const { step: of, tensors } = readReplay(file);
  const { epoch, step, before, preprocessing, classWeights } = of;
  const { threads: asked = "auto", backend = "auto", dataDir = of.config.dataDir, onEvent } = options;
  const given = { ...of.config, threads: asked, backend, ...(dataDir !== undefined && { dataDir }) };
  const found = { preprocessing, classWeights };
  const session = await openSession(given, { sources: {}, found, ...(onEvent && { onEvent }) });
  const hash = dataHash(session.dataset);
  if (hash !== of.dataHash) {
    throw dataError({ where: session.dataset.name, expected: `the data of the run (${of.dataHash})`, got: hash });
  }
  const { threads } = chooseThreads(asked, "program", worthRanks(session));
  const engine = new Engine(threads, backend);
  try {
    const { net, batchSize, train, config, steps } = session;
    configureFor(engine, session, epoch + 1);
    engine.setParameters(tensors);
    const order = orderOf(session, epoch, new Uint32Array(train.length));
    const { optimizer, lr, schedule } = config;
    const updates = config.epochs * steps;
    const totals = { loss: 0, correct: 0, samples: 0 };
    const [{ halted }] = await engine.train({
      order,
      from: step,
      until: step + 1,
      epoch,
      before,
      totals,
      optimizer,
      updaters: session.groupsAt(epoch + 1).updaters,
      lr,
      schedule,
      penalties: penaltiesOf(config),
      updates,
    });
    const samples = Array.from(order.subarray(step * batchSize, (step + 1) * batchSize));
    return {
      epoch: epoch + 1,
      step: step + 1,
      samples,
      reproduced: halted === step,
      layers: engine.outputRanges(samples.length).map(({ layers, ...range }) => ({
        name: net.layers[layers[0]].place.name,
        what: layers.map((layer) => net.layers[layer].spec.type).join(", "),
        ...range,
      })),
      parameters: net.parameters.map(({ name, shape }, i) => ({
        name,
        what: shape.join("x"),
        ...rangeOf(tensors[i]),
      })),
    };
  } finally {
    await engine.close();
  }
}
