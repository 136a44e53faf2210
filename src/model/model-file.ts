/**
 * The model file: one safetensors file that says everything a prediction needs. Tensors are named and laid out as
 * PyTorch's nn.Sequential of the same layers has them; the metadata holds architecture, preprocessing, class names and
 * provenance, and nothing that varies from run to run: equal runs write equal files.
 */
import { z } from "zod";
import { dataError } from "../errors.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { NetSpec, ParameterSpec } from "../nn/spec.js";
import { writeAtomically } from "./atomic-write.js";
import { readWholeFile } from "./read-file.js";
import { decodeSafetensors, encodeSafetensors, type Safetensors, type Tensor } from "./safetensors.js";

export { weightsHash } from "./hash.js";

export type Dtype = "f32" | "f64";
/** Weights or their companions, in PyTorch's order of elements; may lie in shared memory. */
export type FloatArray = Float32Array | Float64Array;

export interface ModelMetadata {
  readonly schema: 1;
  readonly architecture: NetSpec;
  readonly preprocessing: Preprocessing;
  /** In label order. */
  readonly classNames: readonly string[];
  /** Where it comes from. Further keys are kept; they must not vary between equal runs (no time, host, threads, ISA). */
  readonly provenance: {
    readonly model: string;
    readonly dataset: string;
    readonly seed: number;
    /** What a reader should know of the data: a split of our own, missing parts. */
    readonly notes: readonly string[];
    readonly [key: string]: unknown;
  };
}

const size = z.number().int().min(1);
const image = { height: size, width: size, channels: size };
const perChannel = z.array(z.number());
/** Of files that do not say it, the images were bytes of full range. */
const anyPreprocessing = { standardize: z.string(), ...image, maximum: z.number().min(1).max(255).default(255) };
/** Keys in the order in which they are fitted: a preprocessing that was read is written with the same bytes. */
export const preprocessingSchema = z.discriminatedUnion("kind", [
  z.object({ ...anyPreprocessing, kind: z.literal("affine"), scale: perChannel, shift: perChannel }),
  z.object({ ...anyPreprocessing, kind: z.literal("per-image") }),
]);
const metadataSchema = z
  .object({
    schema: z.literal(1),
    architecture: z.object({
      input: z.object(image),
      classes: size,
      layers: z.array(z.looseObject({ type: z.string() })),
    }),
    preprocessing: preprocessingSchema,
    classNames: z.array(z.string()),
    provenance: z.looseObject({
      model: z.string(),
      dataset: z.string(),
      seed: z.number(),
      notes: z.array(z.string()),
    }),
  })
  .superRefine(({ architecture, preprocessing, classNames }, context) => {
    const { input, classes } = architecture;
    const disagree = (message: string) => context.addIssue({ code: "custom", message });
    if (classNames.length !== classes) disagree(`${classNames.length} class names for ${classes} classes`);
    for (const side of ["height", "width", "channels"] as const) {
      if (preprocessing[side] !== input[side]) disagree(`preprocessing and net differ in ${side}`);
    }
    if (preprocessing.kind === "affine") {
      const { scale, shift } = preprocessing;
      if (scale.length !== input.channels || shift.length !== input.channels)
        disagree("not one scale and shift per channel");
    }
  });

export interface ModelFile extends Safetensors {
  readonly path: string;
  readonly model: ModelMetadata;
}

/** Weights are enough; the metadata is there when Heddle wrote the file. */
export interface WeightsFile extends Safetensors {
  readonly path: string;
  readonly model: ModelMetadata | null;
}

/** Writes beside, then renames: a failure leaves the model file of before. `tensors` in the order of `parameters`. */
export function writeModel(
  path: string,
  model: ModelMetadata,
  parameters: readonly Pick<ParameterSpec, "name" | "shape">[],
  tensors: readonly FloatArray[],
): void {
  const named = parameters.map(({ name, shape }, i): Tensor => {
    const data = tensors[i];
    return { name, dtype: data instanceof Float64Array ? "F64" : "F32", shape, data };
  });
  const { schema, ...parts } = model;
  // "format" tells Hugging Face's loaders that these are PyTorch's names and layouts.
  const metadata: Record<string, string> = { format: "pt", heddle: String(schema) };
  for (const [key, part] of Object.entries(parts)) metadata[key] = JSON.stringify(part);
  writeAtomically(path, encodeSafetensors(named, metadata));
}

/** A model that Heddle wrote, with its metadata. */
export function readModel(path: string): ModelFile {
  const { model, ...file } = readWeights(path);
  if (model === null) {
    throw dataError({
      where: `${path}, __metadata__`,
      expected: "architecture, preprocessing and class names, as heddle train writes them",
      got: "weights alone",
      fix: "Weights alone can start a training run: heddle train --init FILE.",
    });
  }
  return { ...file, model };
}

/** Any safetensors file of F32 or F64 tensors: for `--init`. */
export function readWeights(path: string): WeightsFile {
  const file = decodeSafetensors(readWholeFile(path, "a model file (safetensors)"), path);
  return { path, ...file, model: "heddle" in file.metadata ? parseMetadata(file.metadata, path) : null };
}

function parseMetadata(metadata: Readonly<Record<string, string>>, path: string): ModelMetadata {
  const parts: Record<string, unknown> = { schema: Number(metadata.heddle) };
  for (const key of ["architecture", "preprocessing", "classNames", "provenance"]) {
    const where = `${path}, __metadata__.${key}`;
    if (!Object.hasOwn(metadata, key)) throw dataError({ where, expected: "JSON", got: "nothing" });
    try {
      parts[key] = JSON.parse(metadata[key]);
    } catch (cause) {
      throw dataError({ where, expected: "JSON", got: (cause as Error).message, cause });
    }
  }
  const parsed = metadataSchema.safeParse(parts);
  if (parsed.success) return parsed.data;
  const { path: place, message } = parsed.error.issues[0];
  const where = [`${path}, __metadata__`, ...place.map(String)].join(".");
  throw dataError({ where, expected: "a model's description that this version of Heddle reads", got: message });
}

const tracked = /(^|\.)num_batches_tracked$/;

/**
 * The file's tensors in the order of `parameters`, in the net's own number format. F32 widens into an f64 net, with a
 * note; anything else that does not fit is refused by name.
 */
export function matchParameters(
  file: Pick<WeightsFile, "path" | "tensors">,
  parameters: readonly Pick<ParameterSpec, "name" | "shape">[],
  dtype: Dtype,
): { tensors: FloatArray[]; notes: string[] } {
  const { path } = file;
  const found = new Map(file.tensors.filter(({ name }) => !tracked.test(name)).map((tensor) => [tensor.name, tensor]));
  const wanted = new Set(parameters.map(({ name }) => name));
  const missing = [...wanted].filter((name) => !found.has(name));
  const extra = [...found.keys()].filter((name) => !wanted.has(name));
  if (missing.length > 0 || extra.length > 0) {
    const got = [missing.length > 0 ? `no ${list(missing)}` : "", extra.length > 0 ? `also ${list(extra)}` : ""];
    throw dataError({
      where: path,
      expected: `the net's ${wanted.size} tensors (${list([...wanted])})`,
      got: got.filter(Boolean).join(", "),
      fix: "Is this the file of another net?",
    });
  }
  let widened = false;
  const tensors = parameters.map(({ name, shape }) => {
    const tensor = found.get(name)!;
    const where = `${path}, tensor "${name}"`;
    if (tensor.shape.join() !== shape.join()) {
      throw dataError({ where, expected: `shape [${shape.join(", ")}]`, got: `[${tensor.shape.join(", ")}]` });
    }
    const { data } = tensor;
    if (data instanceof BigInt64Array) throw dataError({ where, expected: "F32 or F64", got: "I64" });
    if (dtype === "f32") {
      if (data instanceof Float32Array) return data;
      throw dataError({
        where,
        expected: "F32 for an f32 net",
        got: "F64",
        fix: "Use --dtype f64, or convert the file.",
      });
    }
    if (data instanceof Float64Array) return data;
    widened = true;
    return Float64Array.from(data);
  });
  return { tensors, notes: widened ? [`${path}: F32 weights widened to f64`] : [] };
}

const list = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
