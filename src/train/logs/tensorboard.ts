/**
 * `--tensorboard DIR`: event files. A step is an epoch, from 1: metrics of training and validation, the rate, histograms of
 * the weights; at step 0 the first training images. With `--log-steps`, `DIR/minibatches` has the loss of each minibatch
 * by update. A run that goes on begins a new file there, whose first event tells readers what of the older ones to forget.
 */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { join } from "node:path";
import { writeAll } from "../../base/atomic-write.js";
import { runError, usageError } from "../../base/errors.js";
import { reasonOf } from "../../base/read-file.js";
import { toPicture } from "../../data/picture.js";
import { placeOf } from "../../data/samples.js";
import { encodePng } from "../../formats/png.js";
import { everyEpoch } from "../../metrics/index.js";
import { makeFolder, namesIn } from "../../run/runs.js";
import type { Session } from "../../run/session.js";
import { histogram, image, scalar, startEvent, summaryEvent, versionEvent } from "./event-file.js";
import type { LoggedRun, LogKind } from "./log.js";

export const tensorboard: LogKind = {
  key: "tensorboard",
  open(path, run) {
    const { session, engine, metrics, resumedFrom } = run;
    const { net, config, steps } = session;
    const epochs = new Events(path, run, resumedFrom?.epoch ?? 1);
    const done = resumedFrom ? (resumedFrom.epoch - 1) * steps + resumedFrom.step : 0;
    const updates = config.logSteps ? new Events(join(path, "minibatches"), run, done + 1) : null;
    if (epochs.fresh) {
      epochs.write(0, firstImages(session));
      for (const line of metrics.lines) {
        if (line.kind === "epoch") epochs.write(line["epoch"] as number, scalarsOf(line));
      }
    }
    if (updates?.fresh) {
      for (const line of metrics.lines) {
        if (line.kind === "step") updates.write(updateOf(line as never, steps), [lossOf(line["loss"])]);
      }
    }
    return {
      epoch(line) {
        const { train, validation, lr } = line;
        const weights = engine.parameters();
        epochs.write(line.epoch, [
          ...scalarsOf({ train: train.values, validation: validation?.values, lr }),
          ...net.parameters.map(({ name }, i) => histogram(name, weights[i])),
        ]);
        epochs.sync();
        updates?.sync();
      },
      step: (line) => updates?.write(updateOf(line, steps), [lossOf(line.loss)]),
      close() {
        epochs.close();
        updates?.close();
      },
    };
  },
};

const updateOf = ({ epoch, step }: { readonly epoch: number; readonly step: number }, steps: number): number =>
  (epoch - 1) * steps + step;

const known = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
const lossOf = (loss: unknown): Uint8Array => (known(loss) ? scalar("minibatch/loss", loss) : new Uint8Array());

/** "train/loss", "validation/accuracy", "lr"; what is not defined is left out. */
function scalarsOf(line: Readonly<Record<string, unknown>>): Uint8Array[] {
  const splits = ["train", "validation"].flatMap((split) => {
    const score = line[split] as Readonly<Record<string, unknown>> | null | undefined;
    return everyEpoch.map(({ name }) => [`${split}/${name}`, score?.[name]] as const);
  });
  return [...splits, ["lr", line["lr"]] as const].flatMap(([tag, value]) => (known(value) ? [scalar(tag, value)] : []));
}

/** As many as TensorBoard keeps. */
const images = 10;
/** Small images are enlarged by a whole factor to about that many pixels. */
const side = 96;

/** The first images that it trains on, one tag each, as they are before augmentation. */
function firstImages({ dataset, train }: Session): Uint8Array[] {
  const { height, width, channels } = dataset.shape;
  const size = height * width * channels;
  return Array.from(train.subarray(0, images), (sample, i) => {
    const { split, at } = placeOf(dataset, sample);
    const picture = toPicture(split.images.subarray(at * size, (at + 1) * size), dataset);
    const factor = Math.max(1, Math.floor(side / Math.max(picture.width, picture.height)));
    const large = enlarged(picture, factor);
    return image(`train_images/${i + 1}`, { ...large, png: encodePng(large) });
  });
}

function enlarged({ width, height, channels, pixels }: ReturnType<typeof toPicture>, factor: number) {
  const large = new Uint8Array(pixels.length * factor * factor);
  const row = width * factor * channels;
  for (let y = 0; y < height * factor; y++) {
    for (let x = 0; x < width * factor; x++) {
      const from = (Math.floor(y / factor) * width + Math.floor(x / factor)) * channels;
      for (let c = 0; c < channels; c++) large[y * row + x * channels + c] = pixels[from + c];
    }
  }
  return { width: width * factor, height: height * factor, channels, pixels: large };
}

/** A folder's event files, the newest of which is written. */
class Events {
  /** The folder has no file of this run yet. */
  readonly fresh: boolean;
  readonly #path: string;
  readonly #file: number;
  /** Times do not fall, whatever the clock does. */
  #seconds = 0;

  /** `from`: the first step that will come. Throws HeddleError where the folder holds another run, or cannot be written. */
  constructor(folder: string, { id }: LoggedRun, from: number) {
    makeFolder(folder);
    const found = namesIn(folder).filter((name) => name.includes("tfevents"));
    const foreign = found.find((name) => !name.includes(`.${id}.`));
    if (foreign !== undefined) {
      throw usageError({
        where: `--tensorboard ${folder}`,
        expected: "a folder without event files of another run",
        got: foreign,
        fix: "TensorBoard would draw both as one: name a folder for each run.",
      });
    }
    this.fresh = found.length === 0;
    const numbers = found.map((name) => Number(name.slice(name.lastIndexOf(".") + 1)) || 0);
    const now = this.#now();
    // Readers take a folder's files in the order of their names.
    const name = `events.out.tfevents.${Math.floor(now)}.${id}.${Math.max(0, ...numbers) + 1}`;
    this.#path = join(folder, name);
    this.#file = this.#try(() => openSync(this.#path, "ax"));
    const begin = this.fresh ? [] : [startEvent(now, from)];
    this.#append(Buffer.concat([versionEvent(now), ...begin]));
  }

  write(step: number, values: readonly Uint8Array[]): void {
    this.#append(summaryEvent(this.#now(), step, values));
  }

  sync(): void {
    this.#try(() => fsyncSync(this.#file));
  }

  close(): void {
    closeSync(this.#file);
  }

  #now(): number {
    this.#seconds = Math.max(this.#seconds, Date.now() / 1000);
    return this.#seconds;
  }

  #append(bytes: Uint8Array): void {
    this.#try(() => writeAll(this.#file, bytes));
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw runError({ where: this.#path, expected: "to write this file", got: reasonOf(cause), fix: "", cause });
    }
  }
}
