/**
 * Pixels of any number type as bytes 0..255, by one rule for every form: whole numbers 0..255 are themselves, numbers in 0..1
 * are k/255, 16 bits are v >> 8, bits are 0 and 255. What cannot be a picture's pixels is refused, and never cut off in silence.
 */
import { dataError, type HeddleError } from "../base/errors.js";

export type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** What numbers of pixels mean: 0..255 as they are, k/255, 16 bits. All splits of a set have one. */
export type Scale = "whole" | "unit" | "sixteen";

export interface Pixels {
  readonly bytes: Uint8Array;
  readonly scale: Scale;
  /** What was done to them that a person should know; null where they are as they were. */
  readonly note: string | null;
  /** Of 16 bits, the largest number. */
  readonly deepest?: number;
}

/** Further from a whole number than this, a pixel was rounded in earnest. */
const exact = 0.02;

/**
 * `where` names the number of that index in errors; `scale` is what the training split's numbers mean, null where these are
 * they; `maximum` is what is white, where somebody said it. Throws `dataError` for numbers that are no pixels, and for those of
 * another scale.
 */
export function toBytes(
  values: Numbers,
  where: (index: number) => string,
  scale: Scale | null,
  maximum?: number,
): Pixels {
  if (maximum !== undefined) return { bytes: ofMaximum(values, where, maximum), scale: "whole", note: null };
  if (values instanceof Uint8Array && (scale === null || scale === "whole")) {
    return { bytes: values, scale: "whole", note: null };
  }
  const { least, most, isWhole } = rangeOf(values, where);
  if (values[least] < 0) throw negative(where(least), values[least]);
  const found = scale ?? scaleOf(values, Number(values[most]));
  const limit = { whole: 255, unit: 1, sixteen: 65_535 }[found ?? "whole"];
  if (found === null || values[most] > limit) throw tooLarge(where(most), values[most], scale);
  if (scale === "whole" && !isWhole && values[most] <= 1) throw tooSmall(where(most), values[most]);
  if (found === "sixteen") {
    const bytes = Uint8Array.from(values as ArrayLike<number>, (value) => Number(value) >> 8);
    return { bytes, scale: found, note: "Pixels of 16 bits were read as v >> 8.", deepest: Number(values[most]) };
  }
  if (found === "whole" && isWhole) {
    return { bytes: Uint8Array.from(values as ArrayLike<number>, Number), scale: found, note: null };
  }
  const { bytes, error } = scaled(values, found === "unit" ? 255 : 1);
  const off = error > exact ? `, rounded to the nearest (at most ${error.toFixed(2)} of 255 off)` : "";
  if (found === "unit")
    return { bytes, scale: found, note: `Pixels are numbers in 0..1: they were read as k/255${off}.` };
  return {
    bytes,
    scale: found,
    note: off === "" ? null : "Pixels have fractions: they were rounded to whole numbers.",
  };
}

/** 0..maximum as 0..255. */
function ofMaximum(values: Numbers, where: (index: number) => string, maximum: number): Uint8Array {
  const { least, most } = rangeOf(values, where);
  if (values[least] < 0) throw negative(where(least), values[least]);
  if (values[most] > maximum) {
    const expected = `pixels of at most ${maximum}, as --maximum says`;
    throw dataError({ where: where(most), expected, got: `${values[most]}` });
  }
  return Uint8Array.from(values as ArrayLike<number>, (value) => Math.round((Number(value) * 255) / maximum));
}

/** By the largest number of the training split; null where no rule fits. */
function scaleOf(values: Numbers, largest: number): Scale | null {
  if ((values instanceof Float32Array || values instanceof Float64Array) && largest <= 1) return "unit";
  if (largest <= 255) return "whole";
  return values instanceof Uint16Array ? "sixteen" : null;
}

function tooLarge(where: string, value: number | bigint, scale: Scale | null): HeddleError {
  const as = { whole: "0..255", unit: "in 0..1", sixteen: "0..65535" };
  return dataError({
    where,
    expected: scale
      ? `pixels ${as[scale]}, as in the training split`
      : "pixels 0..255 (or in 0..1, or 16 bits as uint16)",
    got: `${value}`,
    fix: "Scale all to 0..255 before they are saved.",
  });
}

/** Fractions up to 1 among splits of 0..255: as they are they would all be black. */
const tooSmall = (where: string, value: number | bigint): HeddleError =>
  dataError({
    where,
    expected: "pixels 0..255, as in the training split",
    got: `numbers in 0..1 (this is their largest, ${value})`,
    fix: "Scale all to 0..255 before they are saved.",
  });

/** Bits are black and white. */
export const bitsToBytes = (bits: Uint8Array): Uint8Array => bits.map((bit) => (bit ? 255 : 0));

/** Indices of the smallest and of the largest number, and whether all are whole. */
function rangeOf(values: Numbers, where: (index: number) => string): { least: number; most: number; isWhole: boolean } {
  let [least, most, isWhole] = [0, 0, true];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < values[least]) least = i;
    else if (value > values[most]) most = i;
    if (typeof value === "bigint") continue;
    if (!Number.isFinite(value)) {
      throw dataError({ where: where(i), expected: "a finite number as a pixel", got: `${value}` });
    }
    isWhole &&= Number.isInteger(value);
  }
  return { least, most, isWhole };
}

function scaled(values: Numbers, by: number): { bytes: Uint8Array; error: number } {
  let error = 0;
  const bytes = Uint8Array.from(values as ArrayLike<number>, (value) => {
    const wanted = Number(value) * by;
    const nearest = Math.round(wanted);
    error = Math.max(error, Math.abs(wanted - nearest));
    return nearest;
  });
  return { bytes, error };
}

const negative = (where: string, value: number | bigint): HeddleError =>
  dataError({
    where,
    expected: "pixels 0..255, or in 0..1",
    got: `${typeof value === "bigint" ? value : Number(value.toPrecision(6))}, which is below 0`,
    fix: "Images that were normalized (mean 0, deviation 1) are no pixels any more: save them as they were before.",
  });
