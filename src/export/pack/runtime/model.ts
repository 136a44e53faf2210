/** What `net.json` of a pack says, and how it is brought back: the net as programs for the addon and as a graph for JavaScript. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataError } from "../../../base/errors.js";
import type { FloatArray } from "../../../base/numbers.js";
import type { Preprocessing } from "../../../data/preprocessing.js";
import type { Plan } from "../../../engine/plan.js";
import type { Fit } from "../../../formats/resize.js";
import type { Node } from "../../web/run.js";

export interface PackedModel {
  /** In label order. */
  readonly classNames: readonly string[];
  readonly preprocessing: Preprocessing;
  readonly fit: Fit;
  /** What lay behind transparent parts of the training images, and the largest value of their files, where these were said. */
  readonly paper?: string | undefined;
  readonly maximum?: number | undefined;
  /** The border that nearly all training images had. */
  readonly usual: "dark" | "bright" | null;
  readonly plan: Pick<Plan, "dtype" | "pixels" | "bytes" | "regions" | "scoreRows" | "parameters">;
  /** Programs of the addon as float64 in base64. */
  readonly score: string;
  readonly prepare: string;
  /** What the addon must know, as it lists it. */
  readonly operations: string;
  /** The same net of standard operators, and those of its numbers that are not learned. */
  readonly nodes: readonly Node[];
  readonly constants: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: readonly number[];
  }[];
  /** Of `model.safetensors`. */
  readonly sha256: string;
}

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: FloatArray;
}

export const modelName = "net.json";
export const weightsName = "model.safetensors";

/** Throws `dataError` where the pack is not as it was made. */
export function readPack(folder: string): { model: PackedModel; tensors: NamedTensor[] } {
  const model = JSON.parse(readPart(folder, modelName).toString("utf8")) as PackedModel;
  const bytes = readPart(folder, weightsName);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== model.sha256) {
    const fix = "Unpack the pack again.";
    throw dataError({ where: join(folder, weightsName), expected: `SHA-256 ${model.sha256}`, got: sha256, fix });
  }
  const tensors = new Map(tensorsOf(bytes).map((tensor) => [tensor.name, tensor]));
  return { model, tensors: model.plan.parameters.map(({ spec }) => tensors.get(spec.name)!) };
}

function readPart(folder: string, name: string): Buffer {
  try {
    return readFileSync(join(folder, name));
  } catch (cause) {
    const got = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw dataError({
      where: join(folder, name),
      expected: "a part of the pack",
      got,
      fix: "Unpack the pack again.",
      cause,
    });
  }
}

/** The tensors of a safetensors file whose bytes are known to be right. */
function tensorsOf(bytes: Buffer): NamedTensor[] {
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<string, unknown>;
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return entries.map(([name, entry]) => {
    const { dtype, shape, data_offsets } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
    const part = Uint8Array.from(bytes.subarray(start + data_offsets[0], start + data_offsets[1])).buffer;
    return { name, shape, data: dtype === "F64" ? new Float64Array(part) : new Float32Array(part) };
  });
}

/** Words of a program, as `wordsText` wrote them. */
export const wordsOf = (text: string): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);
