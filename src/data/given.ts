/** Data sets that programs give, checked. */
import { usageError } from "../base/errors.js";
import { aFunction, anObject, aText, check, list, whole } from "../base/given.js";
import type { Split } from "../base/shape.js";
import type { Dataset, DatasetSource } from "./dataset.js";

/** Throws `usageError` unless it is what `findDataset` gives. */
export function checkSource(source: unknown, where: string): asserts source is DatasetSource {
  anObject(source, where);
  const { name, load } = source as Partial<DatasetSource>;
  aText(name, `${where}, name`);
  aFunction(load, `${where}, load`);
}

/** Throws `usageError` unless it is what `load` of a data set gives: bytes and labels of as many images as it says. */
export function checkDataset(dataset: unknown, where: string): asserts dataset is Dataset {
  anObject(dataset, where);
  const { name, shape, classes, maximum, train, test, validation, notes } = dataset as Dataset;
  aText(name, `${where}, name`);
  anObject(shape, `${where}, shape`);
  for (const key of ["height", "width", "channels"] as const) whole(1, 2 ** 16)(shape[key], `${where}, shape, ${key}`);
  list(aText)(classes, `${where}, classes`);
  list(aText)(notes, `${where}, notes`);
  whole(1, 255)(maximum, `${where}, maximum`);
  const pixels = shape.height * shape.width * shape.channels;
  checkSplit(train, `${where}, train`, pixels, classes.length);
  if (test !== null) checkSplit(test, `${where}, test`, pixels, classes.length);
  if (validation) checkSplit(validation, `${where}, validation`, pixels, classes.length);
}

const bytes = check("a Uint8Array", (value) => value instanceof Uint8Array);
const labelArray = check("a Uint16Array", (value) => value instanceof Uint16Array);

function checkSplit(split: unknown, where: string, pixels: number, classes: number): void {
  anObject(split, where);
  const { count, images, labels } = split as Split;
  whole(0)(count, `${where}, count`);
  bytes(images, `${where}, images`);
  labelArray(labels, `${where}, labels`);
  const sizes = [images.length, labels.length];
  const wanted = [count * pixels, count];
  if (sizes.join() !== wanted.join()) {
    const expected = `${wanted[0]} bytes and ${wanted[1]} labels for ${count} images`;
    throw usageError({ where, expected, got: `${sizes[0]} and ${sizes[1]}` });
  }
  const wrong = labels.find((label) => label >= classes);
  if (wrong === undefined) return;
  throw usageError({ where: `${where}, labels`, expected: `numbers below the ${classes} classes`, got: `${wrong}` });
}
