/** One batch of CIFAR's, in the binary version or in the one for Python. */
import { dataError } from "../base/errors.js";
import { unpickle } from "../formats/pickle.js";
import { PyArray, PyDict, type PyValue, textOf } from "../formats/pickle-objects.js";

/** A kind of labels, and how the two versions call it. */
export interface CifarLabels {
  /** What `--label` calls it. */
  readonly name: string;
  /** Which label byte of a record it is. */
  readonly byte: number;
  /** Its key in a batch's pickle, and that of its class names in the pickle of names. */
  readonly key: string;
  readonly namesKey: string;
  /** The file of class names in the binary version. */
  readonly namesFile: string;
  /** Class names as published, for where that file is not there. */
  readonly classes: readonly string[];
}

export interface Batch {
  readonly count: number;
  /** 3,072 bytes of each image, in planes, begin at `first + i * stride`. */
  readonly bytes: Uint8Array;
  readonly first: number;
  readonly stride: number;
  readonly labels: ArrayLike<number>;
  /** A label's place as errors name it. */
  readonly where: (sample: number) => string;
}

export const imageBytes = 3072;

/** Throws `dataError` where the file is not a whole number of records with so many label bytes each. */
export function binaryBatch(bytes: Uint8Array, path: string, labelBytes: number, { byte }: CifarLabels): Batch {
  const stride = labelBytes + imageBytes;
  const count = bytes.length / stride;
  if (count < 1 || !Number.isInteger(count)) {
    const expected = `records of ${stride} bytes, ${labelBytes === 1 ? "a label" : `${labelBytes} labels`} and an image each`;
    throw dataError({ where: path, expected, got: `${bytes.length} bytes` });
  }
  const labels = Uint8Array.from({ length: count }, (_, i) => bytes[i * stride + byte]);
  const where = (sample: number) => `${path} at byte ${sample * stride + byte}`;
  return { count, bytes, first: labelBytes, stride, labels, where };
}

/** Throws `dataError` where the pickle is no batch. */
export function pickledBatch(bytes: Uint8Array, path: string, { key }: CifarLabels): Batch {
  const batch = unpickle(bytes, path);
  const data = batch instanceof PyDict ? batch.get("data") : undefined;
  if (!(batch instanceof PyDict) || !(data instanceof PyArray) || data.type?.dtype !== "uint8" || data.isFortran) {
    throw dataError({
      where: path,
      expected: "a batch: a dictionary with data, an array of uint8",
      got: "something else",
    });
  }
  const [count, width] = data.shape;
  if (data.shape.length !== 2 || width !== imageBytes || count < 1) {
    const expected = `rows of ${imageBytes} bytes, an image each`;
    throw dataError({ where: `${path}, data`, expected, got: `an array of ${data.shape.join(" x ")}` });
  }
  const where = (sample: number) => `${path}, ${key}[${sample}]`;
  const labels = numbersOf(batch.get(key));
  if (labels?.length === count) return { count, bytes: data.bytes, first: 0, stride: imageBytes, labels, where };
  throw dataError({ where: `${path}, ${key}`, expected: `${count} labels`, got: labels ? `${labels.length}` : "none" });
}

function numbersOf(value: PyValue | undefined): number[] | null {
  if (value instanceof PyArray && value.type?.kind === "number") return Array.from(value.array.values, Number);
  return Array.isArray(value) && value.every((item) => typeof item === "number") ? value : null;
}

/** The class names in the pickle beside the batches. Throws `dataError` where it has none. */
export function pickledNames(bytes: Uint8Array, path: string, { namesKey }: CifarLabels): string[] {
  const meta = unpickle(bytes, path);
  const list = meta instanceof PyDict ? meta.get(namesKey) : undefined;
  const names = Array.isArray(list) ? list.map(textOf) : [];
  if (names.length > 0 && names.every((name) => name !== null)) return names;
  throw dataError({ where: path, expected: `class names under ${namesKey}`, got: "none" });
}
