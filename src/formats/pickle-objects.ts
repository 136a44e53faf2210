/** What a pickle's objects become: the few that are known are made here, by hand; nothing is looked up or called. */
import { dataError, type HeddleError } from "../base/errors.js";
import { anyText } from "../base/utf8.js";
import { arrayOf, type ElementType, elementType, type NdArray, sizeOf } from "./ndarray.js";

/** Lists, tuples and sets are arrays; bytes, and texts of Python 2, are `Uint8Array`. */
export type PyValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PyDict
  | PyDtype
  | PyArray
  | PyGlobal
  | PyValue[];

/** A name of Python's that a pickle refers to: "numpy.ndarray". */
export interface PyGlobal {
  readonly global: string;
}

export class PyDict {
  readonly #entries = new Map<string, PyValue>();

  /** Keys of Python 2, which are bytes, and numbers count as texts. */
  set(key: PyValue, value: PyValue): void {
    this.#entries.set(textOf(key) ?? `${typeof key}`, value);
  }

  get(key: string): PyValue | undefined {
    return this.#entries.get(key);
  }

  get entries(): readonly (readonly [string, PyValue])[] {
    return [...this.#entries];
  }
}

/** numpy's type of elements; its byte order comes later, when it is built. */
export class PyDtype {
  readonly code: string;
  order = "|";

  constructor(code: string) {
    this.code = code;
  }
}

/** numpy's array, empty until it is built. */
export class PyArray {
  type: ElementType | null = null;
  shape: readonly number[] = [];
  isFortran = false;
  bytes: Uint8Array = new Uint8Array(0);

  /** Row after row. */
  get array(): NdArray {
    // Swapping the order of bytes must not change the file's.
    const bytes = this.type!.size > 1 ? new Uint8Array(this.bytes) : this.bytes;
    return arrayOf(this.type!, this.shape, this.isFortran, bytes);
  }
}

type Where = () => string;

/** The text of a key, a name or a label; null for what is none. */
export function textOf(value: PyValue): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return `${value}`;
  return value instanceof Uint8Array ? anyText(value) : null;
}

/** numpy 2 moved its modules; Python 3 renamed some of Python 2. */
const canonical = (name: string): string =>
  name.replace(/^numpy\._core\./, "numpy.core.").replace(/^__builtin__\./, "builtins.");

/** What `callee(*args)` would be, of the few that numpy and the standard library use. Throws `dataError` naming any other. */
export function call(callee: PyValue, args: PyValue, where: Where): PyValue {
  const name = isGlobal(callee) ? canonical(callee.global) : null;
  if (name === null || !Array.isArray(args)) throw wrong(where, "a function that is known", "something that is none");
  const [first, second, third, fourth] = args;
  switch (name) {
    case "numpy.core.multiarray._reconstruct":
      return new PyArray();
    case "numpy.dtype": {
      const code = textOf(first ?? null);
      return code === null ? notPlain(where, name) : new PyDtype(code);
    }
    case "numpy.core.multiarray.scalar":
      return second instanceof Uint8Array && first instanceof PyDtype
        ? scalarOf(first, second, where)
        : notPlain(where, name);
    case "numpy.core.numeric._frombuffer":
      return first instanceof Uint8Array && second instanceof PyDtype
        ? filled(
            new PyArray(),
            { shape: third, dtype: second, isFortran: textOf(fourth ?? null) === "F", bytes: first },
            where,
          )
        : notPlain(where, name);
    case "_codecs.encode":
      // Bytes as protocols without bytes write them: a text of characters 0 to 255.
      return typeof first === "string" && textOf(second ?? null) === "latin1"
        ? Buffer.from(first, "latin1")
        : notPlain(where, name);
    case "builtins.bytearray":
    case "builtins.bytes":
      return args.length === 0 ? new Uint8Array(0) : first instanceof Uint8Array ? first : notPlain(where, name);
    case "builtins.set":
    case "builtins.frozenset":
    case "builtins.list":
    case "builtins.tuple":
      return args.length === 0 ? [] : Array.isArray(first) ? first : notPlain(where, name);
    case "collections.OrderedDict":
    case "builtins.dict":
    case "sklearn.utils.Bunch":
    case "sklearn.utils._bunch.Bunch":
    case "sklearn.datasets.base.Bunch":
      return pairsOf(first ?? [], where, name);
    default:
      return notPlain(where, name);
  }
}

/** What an object becomes by the state that a pickle gives it. Throws `dataError` where it is no such object or state. */
export function build(value: PyValue, state: PyValue, where: Where): PyValue {
  if (value instanceof PyDtype) {
    const order = Array.isArray(state) ? textOf(state[1] ?? null) : null;
    if (order === null || (Array.isArray(state) && state[3] != null)) {
      throw wrong(where, "an array of plain numbers", "a structured one, whose elements are records");
    }
    value.order = order;
    return value;
  }
  if (value instanceof PyArray) {
    if (!Array.isArray(state) || state.length < 5) throw wrong(where, "the state of a numpy array", "something else");
    const [, shape, dtype, isFortran, bytes] = state;
    if (!(dtype instanceof PyDtype)) throw wrong(where, "the type of a numpy array", "something else");
    return filled(value, { shape, dtype, isFortran: isFortran === true, bytes }, where);
  }
  // A dictionary of attributes, as of an ordered dictionary or a Bunch.
  if (value instanceof PyDict && state instanceof PyDict) {
    for (const [key, item] of state.entries) value.set(key, item);
    return value;
  }
  throw wrong(where, "a numpy array", "the state of another object");
}

interface Filling {
  readonly shape: PyValue | undefined;
  readonly dtype: PyDtype;
  readonly isFortran: boolean;
  readonly bytes: PyValue | undefined;
}

function filled(array: PyArray, { shape, dtype, isFortran, bytes }: Filling, where: Where): PyArray {
  if (
    !Array.isArray(shape) ||
    !shape.every((side) => typeof side === "number" && Number.isInteger(side) && side >= 0)
  ) {
    throw wrong(where, "the shape of a numpy array", "something else");
  }
  const type = elementType(dtype.order + dtype.code, where());
  const raw = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
  const sides = shape as number[];
  const wanted = sizeOf(sides) * type.size;
  if (!(raw instanceof Uint8Array) || raw.length !== wanted) {
    const got = raw instanceof Uint8Array ? `${raw.length}` : "something else";
    throw wrong(where, `${wanted} bytes for an array of ${sides.join(" x ")} (${type.dtype})`, got);
  }
  return Object.assign(array, { type, shape: sides, isFortran, bytes: raw });
}

function scalarOf(dtype: PyDtype, bytes: Uint8Array, where: Where): PyValue {
  const array = filled(
    new PyArray(),
    { shape: [], dtype, isFortran: false, bytes: new Uint8Array(bytes) },
    where,
  ).array;
  const value = array.values[0];
  return array.kind === "bits" ? value === 1 : value;
}

function pairsOf(pairs: PyValue, where: Where, name: string): PyDict {
  const dict = new PyDict();
  if (pairs instanceof PyDict) for (const [key, value] of pairs.entries) dict.set(key, value);
  else if (!Array.isArray(pairs)) return notPlain(where, name);
  else {
    for (const pair of pairs) {
      if (!Array.isArray(pair) || pair.length !== 2) return notPlain(where, name);
      dict.set(pair[0], pair[1]);
    }
  }
  return dict;
}

const isGlobal = (value: PyValue): value is PyGlobal =>
  value !== null && typeof value === "object" && "global" in value;

const wrong = (where: Where, expected: string, got: string): HeddleError =>
  dataError({ where: where(), expected, got });

function notPlain(where: Where, name: string): never {
  throw dataError({
    where: where(),
    expected: "a pickle of plain data and numpy's arrays",
    got: `one that would call ${name}, which nothing here does`,
    fix: "Save the arrays by numpy.savez(FILE, x_train=…, y_train=…) and use npz:FILE.",
  });
}
