/**
 * What a run's model answered on samples of its splits, kept in the run folder: whoever looks again does not compute it again. It is
 * taken only for the very model, data and samples that it was made from; what is damaged counts as not there.
 */
import { writeAtomically } from "../base/atomic-write.js";
import { HeddleError } from "../base/errors.js";
import { digestText } from "../base/hash.js";
import { bytesOf, type FloatArray } from "../base/numbers.js";
import { isFile } from "../base/path-kind.js";
import { readWholeFile } from "../base/read-file.js";
import { dataHash } from "../data/data-hash.js";
import type { Dataset } from "../data/dataset.js";
import { Answers } from "../metrics/answers.js";
import { blankChecksum, sealFile } from "../model/checksum.js";
import type { ModelFile } from "../model/model-file.js";
import { decodeSafetensors, encodeSafetensors } from "../model/safetensors.js";
import { RunFolder } from "../run/run-folder.js";

/** Goes up when the same model would answer otherwise. */
const version = 1;
/** More than that is not kept: a run folder should stay small. */
const mostBytes = 1 << 24;

export interface AskedOf {
  readonly file: ModelFile;
  readonly dataset: Dataset;
  /** As `data/samples.ts` counts them. */
  readonly order: Uint32Array;
}

/** What the answers follow from. */
function keyOf({ file, dataset, order }: AskedOf): string {
  const { model, tensors } = file;
  const words = Buffer.from(JSON.stringify([version, model, tensors.map(({ name }) => name), dataHash(dataset)]));
  return digestText([words, bytesOf(order), ...tensors.map(({ data }) => bytesOf(data))]);
}

/** The answers to the samples of `order`, whose classes are `labels`; null where they are not kept. */
export function recallAnswers(run: string, asked: AskedOf, labels: Uint16Array): Answers | null {
  const path = new RunFolder(run).answersFile;
  if (!isFile(path)) return null;
  try {
    const { tensors, metadata, checked } = decodeSafetensors(readWholeFile(path, "kept answers"), path);
    if (!checked || metadata["of"] !== keyOf(asked)) return null;
    const [logits, losses] = ["logits", "losses"].map((wanted) => tensors.find(({ name }) => name === wanted));
    const classes = asked.file.model.classNames.length;
    if (!(losses?.data instanceof Float64Array) || losses.data.length !== labels.length) return null;
    if (!logits || logits.data instanceof BigInt64Array || logits.data.length !== labels.length * classes) return null;
    const predicted = largestOfEach(logits.data, classes);
    return new Answers({ classes, labels, predicted, losses: losses.data, logits: logits.data });
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return null;
  }
}

/** A folder that cannot be written in costs time alone. */
export function keepAnswers(run: string, asked: AskedOf, { losses, logits, samples, classes }: Answers): void {
  const [kept, numbers] = [Float64Array.from(losses), logits as FloatArray];
  if (kept.byteLength + numbers.byteLength > mostBytes) return;
  const dtype = numbers instanceof Float64Array ? "F64" : "F32";
  const chunks = encodeSafetensors(
    [
      { name: "losses", dtype: "F64", shape: [samples], data: kept },
      { name: "logits", dtype, shape: [samples, classes], data: numbers },
    ],
    { of: keyOf(asked), ...blankChecksum },
  );
  sealFile(chunks);
  try {
    writeAtomically(new RunFolder(run).answersFile, chunks);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
}

/** The class of the largest logit, the lowest on ties. */
function largestOfEach(logits: FloatArray, classes: number): Uint16Array {
  const predicted = new Uint16Array(logits.length / classes);
  for (let i = 0; i < predicted.length; i++) {
    const from = i * classes;
    for (let k = 1; k < classes; k++) if (logits[from + k] > logits[from + predicted[i]]) predicted[i] = k;
  }
  return predicted;
}
