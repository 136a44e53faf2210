/** The arrays in a pickle: numpy's, and lists of numbers or texts, under the names that dictionaries and pairs give them. */
import { dataError } from "../base/errors.js";
import { type ArrayMember, describeElements, type NdArray, sizeOf } from "../formats/ndarray.js";
import { PyArray, PyDict, type PyValue, textOf } from "../formats/pickle-objects.js";
import type { Numbers } from "../formats/to-bytes.js";

/** Deeper than that nothing is looked for. */
const deepest = 4;

/**
 * The members of one pickle; `stem` is its file's name among others. A tuple of pairs is training and test, or training,
 * validation and test, as MNIST is handed round.
 */
export function pickleMembers(value: PyValue, where: string, stem: string): ArrayMember[] {
  const found: ArrayMember[] = [];
  collect(value, stem, where, 0, found);
  if (found.length > 0) return found;
  const got = value instanceof PyDict ? "a dictionary without any" : "none";
  throw dataError({ where, expected: "numpy's arrays, or lists of numbers", got });
}

/** What the places of a tuple of pairs stand for, by their number. */
const places: Readonly<Record<number, readonly string[]>> = {
  1: ["train"],
  2: ["train", "test"],
  3: ["train", "validation", "test"],
};

function collect(value: PyValue, name: string, where: string, depth: number, found: ArrayMember[]): void {
  if (depth > deepest) return;
  const under = (key: string) => `${name} ${key}`.trim();
  if (value instanceof PyDict) {
    for (const [key, item] of value.entries) collect(item, under(key), `${where}, ${key}`, depth + 1, found);
    return;
  }
  const member = memberOf(value, name, where);
  if (member) found.push(member);
  else if (Array.isArray(value)) {
    const isPairs = value.length in places && value.every((item) => Array.isArray(item) && item.length === 2);
    const isPair = value.length === 2 && !isPairs;
    const keys = isPairs ? places[value.length] : isPair ? ["x", "y"] : value.map((_, i) => `arr_${i}`);
    // Long lists of what is no number are no arrays.
    for (const [i, item] of value.slice(0, 16).entries())
      collect(item, under(keys[i]), `${where}[${i}]`, depth + 1, found);
  }
}

function memberOf(value: PyValue, name: string, where: string): ArrayMember | null {
  if (value instanceof PyArray && value.type) {
    const { type, shape } = value;
    return { ...describeElements(type), shape, name, where, read: () => Promise.resolve(value.array) };
  }
  const array = Array.isArray(value) && value.length > 0 ? arrayOfList(value, where) : null;
  if (!array) return null;
  const { kind, dtype, shape } = array;
  return { kind, dtype, shape, name, where, read: () => Promise.resolve(array) };
}

/** Null for a list that is no array. */
function arrayOfList(list: readonly PyValue[], where: string): NdArray | null {
  const [first] = list;
  const shape = [list.length];
  const isNumber = (item: PyValue) => typeof item === "number" || typeof item === "bigint" || typeof item === "boolean";
  if (isNumber(first)) {
    if (!list.every(isNumber)) return null;
    return { kind: "numbers", dtype: "list of numbers", shape, values: Float64Array.from(list as number[], Number) };
  }
  if (typeof first === "string" || first instanceof Uint8Array) {
    const texts = list.map(textOf);
    if (texts.includes(null)) return null;
    return { kind: "texts", dtype: "list of texts", shape, values: texts as string[] };
  }
  return first instanceof PyArray ? stacked(list, where) : null;
}

/** A list of arrays of one shape and type as one array. */
function stacked(list: readonly PyValue[], where: string): NdArray | null {
  const [first] = list as [PyArray];
  if (!first.type || first.shape.length === 0) return null;
  const isSame = (item: PyValue): item is PyArray =>
    item instanceof PyArray && item.type?.dtype === first.type!.dtype && item.shape.join() === first.shape.join();
  const odd = list.findIndex((item) => !isSame(item));
  // A few arrays of several shapes are things of several kinds, as images and their labels.
  if (odd >= 0 && list.length <= 4) return null;
  if (odd >= 0) {
    const expected = `an array of ${first.shape.join(" x ")} (${first.type.dtype}), as the first is`;
    throw dataError({ where: `${where}[${odd}]`, expected, got: "another", fix: "Bring all to one size." });
  }
  const { kind, dtype, values } = first.array;
  if (kind === "texts") return null;
  const size = sizeOf(first.shape);
  const all = new (values.constructor as new (length: number) => Numbers)(size * list.length) as Uint8Array;
  for (const [i, item] of (list as readonly PyArray[]).entries()) all.set(item.array.values as Uint8Array, i * size);
  return { kind, dtype, shape: [list.length, ...first.shape], values: all };
}
