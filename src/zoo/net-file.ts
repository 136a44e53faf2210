/** Nets as JSON files: `{"layers": [{"type": "dense", "units": 10}]}`, as the model file has them. */
import { z } from "zod";
import { usageError } from "../base/errors.js";
import { reasonOf, wholeBytes } from "../base/read-file.js";
import type { ImageShape } from "../base/shape.js";
import type { LayerSpec } from "../nn/spec.js";

const whole = z.number().int().min(1);
const schema = z.strictObject({
  /** What it was made for; another data set's images or classes are then refused. */
  input: z.strictObject({ height: whole, width: whole, channels: whole }).optional(),
  classes: whole.optional(),
  layers: z.array(z.looseObject({ type: z.string() })).min(1),
});

export interface NetFile {
  readonly input?: ImageShape | undefined;
  readonly classes?: number | undefined;
  readonly layers: readonly LayerSpec[];
}

export const isNetFile = (model: string): boolean => model.toLowerCase().endsWith(".json");

/** Throws `usageError` where the file cannot be read or is not a net. */
export function readNetFile(path: string): NetFile {
  const where = `--model ${path}`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(wholeBytes(path)));
  } catch (cause) {
    const got = cause instanceof SyntaxError ? `an error (${cause.message})` : reasonOf(cause);
    throw usageError({ where, expected: "a readable JSON file", got, cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path: place, message } = parsed.error.issues[0];
  throw usageError({
    where,
    expected: 'a net as {"layers": [{"type": "dense", "units": 10}]}',
    got: `another form (${[place.join("."), message].filter(Boolean).join(": ")})`,
  });
}
