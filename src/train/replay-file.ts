/**
 * `replay.safetensors`: the step at which a loss left the finite. The weights as they were before its update, and all that
 * says which samples went through them and how. A model file it is not: its numbers may be NaN.
 */
import { z } from "zod";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError } from "../base/errors.js";
import type { FloatArray } from "../base/numbers.js";
import { readWholeFile } from "../base/read-file.js";
import { trainConfigSchema } from "../config/schema.js";
import { blankChecksum, sealFile } from "../model/checksum.js";
import { preprocessingSchema } from "../model/model-file.js";
import { decodeSafetensors, encodeSafetensors } from "../model/safetensors.js";
import type { ParameterSpec } from "../nn/spec.js";

const count = z.number().int().min(0);
const stepSchema = z.object({
  schema: z.literal(1),
  config: trainConfigSchema,
  preprocessing: preprocessingSchema,
  classWeights: z.array(z.number()).optional(),
  dataHash: z.string(),
  /** From 0, as the draws of dropout and augmentation count them. */
  epoch: count,
  step: count,
  /** Updates of the run before this epoch. */
  before: count,
});

export type ReplayedStep = z.infer<typeof stepSchema>;

export interface ReplayFile {
  readonly step: ReplayedStep;
  /** In the order of the net's parameters. */
  readonly tensors: readonly FloatArray[];
}

const key = "heddleReplay";

export function writeReplay(
  path: string,
  step: Readonly<Record<keyof ReplayedStep, unknown>> | ReplayedStep,
  parameters: readonly Pick<ParameterSpec, "name" | "shape">[],
  tensors: readonly FloatArray[],
): void {
  const named = parameters.map(({ name, shape }, i) => {
    const data = tensors[i];
    return { name, dtype: data instanceof Float64Array ? ("F64" as const) : ("F32" as const), shape, data };
  });
  const chunks = encodeSafetensors(named, { [key]: JSON.stringify(step), ...blankChecksum });
  sealFile(chunks);
  writeAtomically(path, chunks);
}

/** Throws `dataError` for a file that is no such, or is damaged. */
export function readReplay(path: string): ReplayFile {
  const what = "a replay file, as a run that ended in NaN leaves it";
  const { metadata, tensors } = decodeSafetensors(readWholeFile(path, what), path);
  const text = metadata[key];
  if (text === undefined) throw dataError({ where: path, expected: what, got: "another safetensors file" });
  const parsed = stepSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const [{ path: place, message }] = parsed.error.issues;
    throw dataError({ where: `${path}, ${place.join(".")}`, expected: what, got: message });
  }
  return { step: parsed.data, tensors: tensors.map(({ data }) => data as FloatArray) };
}
