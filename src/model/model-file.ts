/**
 * The model file: one safetensors file that says everything a prediction needs. Tensors are named and laid out as
 * PyTorch's nn.Sequential of the same layers has them; the metadata holds architecture, preprocessing, class names and
 * provenance, and nothing that varies from run to run: equal runs write equal files.
 */
import { z } from "zod";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError } from "../base/errors.js";
import { type Dtype, type FloatArray, firstNonFinite } from "../base/numbers.js";
import { readWholeFile } from "../base/read-file.js";
import type { Preprocessing } from "../data/preprocessing.js";
import type { NetSpec, ParameterSpec } from "../nn/spec.js";
import { blankChecksum, sealFile } from "./checksum.js";
import { decodeSafetensors, encodeSafetensors, type Safetensors, type Tensor } from "./safetensors.js";

export { weightsHash } from "../base/hash.js";

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
  z.object({
    ...anyPreprocessing,
    kind: z.literal("affine"),
    scale: perChannel,
    shift: perChannel,
    testAsPublished: z.object({ scale: perChannel, shift: perChannel }).optional(),
  }),
  z.object({ ...anyPreprocessing, kind: z.literal("per-image") }),
]);
/** What a model is, as its file and a checkpoint hold it. */
export const modelMetadataSchema = z
  .object({
    schema: z.literal(1),
    architecture: z.object({
      input: z.object(image),
      classes: size,
      layers: z.array(z.looseObject({ type: z.string() })),
      doubledSoftmax: z.literal(true).optional(),
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
      const { scale, shift, testAsPublished = preprocessing } = preprocessing;
      const lists = [scale, shift, testAsPublished.scale, testAsPublished.shift];
      if (lists.some(({ length }) => length !== input.channels)) disagree("not one scale and shift per channel");
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
export function writeModel(path: string, ...model: Parameters<typeof encodeModel>): void {
  writeAtomically(path, encodeModel(...model));
}

/** The file as chunks, with its checksum; the tensors are not copied. Equal models give equal bytes. */
export function encodeModel(
  model: ModelMetadata,
  parameters: readonly Pick<ParameterSpec, "name" | "shape">[],
  tensors: readonly FloatArray[],
): Uint8Array[] {
  const named = parameters.map(({ name, shape }, i): Tensor => {
    const data = tensors[i];
    return { name, dtype: data instanceof Float64Array ? "F64" : "F32", shape, data };
  });
  const { schema, ...parts } = model;
  // "format" tells Hugging Face's loaders that these are PyTorch's names and layouts.
  const metadata: Record<string, string> = { format: "pt", heddle: String(schema), ...blankChecksum };
  for (const [key, part] of Object.entries(parts)) metadata[key] = JSON.stringify(part);
  const chunks = encodeSafetensors(named, metadata);
  sealFile(chunks);
  return chunks;
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
  const parsed = modelMetadataSchema.safeParse(parts);
  if (parsed.success) return parsed.data;
  const { path: place, message } = parsed.error.issues[0];
  const where = [`${path}, __metadata__`, ...place.map(String)].join(".");
  throw dataError({ where, expected: "a model's description that this version of Heddle reads", got: message });
}

const tracked = /(^|\.)num_batches_tracked$/;

/**
 * The file's tensors in the order of `parameters`, in the net's own number format. F32 widens into an f64 net, and a prefix
 * that all names share ("module.") is left out, each with a note; anything else that does not fit is refused by name, and so
 * are numbers that are not finite.
 */
export function matchParameters(
  file: Pick<WeightsFile, "path" | "tensors">,
  parameters: readonly Pick<ParameterSpec, "name" | "shape">[],
  dtype: Dtype,
): { tensors: FloatArray[]; notes: string[] } {
  const { path } = file;
  const stored = file.tensors.filter(({ name }) => !tracked.test(name));
  const prefix = prefixOf(stored, parameters);
  const found = new Map(stored.map((tensor) => [tensor.name.slice(prefix.length), tensor]));
  refuseOtherNames(path, [...found.keys()], parameters);
  let widened = false;
  const tensors = parameters.map(({ name, shape }) => {
    const tensor = found.get(name)!;
    const where = `${path}, tensor "${tensor.name}"`;
    if (tensor.shape.join() !== shape.join()) {
      throw dataError({ where, expected: `shape [${shape.join(", ")}]`, got: `[${tensor.shape.join(", ")}]` });
    }
    const { data } = tensor;
    if (data instanceof BigInt64Array) throw dataError({ where, expected: "F32 or F64", got: "I64" });
    refuseNonFinite(where, data);
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
  const notes = [
    ...(prefix === "" ? [] : [`${path}: all names begin with "${prefix}", which was left out.`]),
    ...(widened ? [`${path}: F32 weights widened to f64`] : []),
  ];
  return { tensors, notes };
}

/** What stands before all of the net's names in a file that has exactly them, as other programs' wrappers put it; "" where it has not. */
function prefixOf(stored: readonly Tensor[], parameters: readonly Pick<ParameterSpec, "name">[]): string {
  const wanted = new Set(parameters.map(({ name }) => name));
  if (stored.length !== wanted.size || stored.length === 0) return "";
  const [{ name: first }] = stored;
  const ends = [...wanted].filter((name) => first.endsWith(`.${name}`)).map((name) => first.length - name.length);
  const prefixes = ends.map((end) => first.slice(0, end));
  const fits = (prefix: string) =>
    stored.every(({ name }) => name.startsWith(prefix) && wanted.has(name.slice(prefix.length)));
  return prefixes.find(fits) ?? "";
}

/** Throws `dataError` unless the names are the net's. */
function refuseOtherNames(
  path: string,
  found: readonly string[],
  parameters: readonly Pick<ParameterSpec, "name">[],
): void {
  const wanted = new Set(parameters.map(({ name }) => name));
  const missing = [...wanted].filter((name) => !found.includes(name));
  const extra = found.filter((name) => !wanted.has(name));
  if (missing.length === 0 && extra.length === 0) return;
  const got = [missing.length > 0 ? `no ${list(missing)}` : "", extra.length > 0 ? `also ${list(extra)}` : ""];
  throw dataError({
    where: path,
    expected: `the net's ${wanted.size} tensors (${list([...wanted])})`,
    got: got.filter(Boolean).join(", "),
    fix: "Is this the file of another net?",
  });
}

/** A net with such a number answers nonsense, or NaN. */
function refuseNonFinite(where: string, data: FloatArray): void {
  const at = firstNonFinite(data);
  if (at < 0) return;
  const fix = "The training that it comes from went wrong: take weights from before.";
  throw dataError({ where, expected: "finite numbers", got: `${data[at]} as number ${at + 1} of ${data.length}`, fix });
}

const list = (names: readonly string[]): string =>
  names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
