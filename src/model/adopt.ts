/**
 * Weights of a file as a start (`--init`): what fits by name and shape is taken, everything else is said. A file that has
 * nothing in common with the net is refused with names of both.
 */
import { dataError } from "../base/errors.js";
import { someOf } from "../base/finding.js";
import { type Dtype, type FloatArray, firstNonFinite } from "../base/numbers.js";
import { counted } from "../base/text.js";
import type { ParameterSpec } from "../nn/spec.js";
import { byForwardOrder } from "./foreign-names.js";
import type { WeightsFile } from "./model-file.js";
import type { Tensor } from "./safetensors.js";

export interface Adoption {
  /** In the order of the parameters. */
  readonly tensors: FloatArray[];
  readonly notes: string[];
}

type Named = Pick<ParameterSpec, "name" | "shape">;

/** What PyTorch counts beside the weights. */
const tracked = /(^|\.)num_batches_tracked$/;

/**
 * `fresh`: what a tensor has that is not taken. `anew`: names that are not taken though they may be there. Throws `dataError`
 * where nothing fits, and for numbers that are not finite.
 */
export function adoptParameters(
  file: Pick<WeightsFile, "path" | "tensors">,
  parameters: readonly Named[],
  dtype: Dtype,
  { fresh, anew }: { readonly fresh: (index: number) => FloatArray; readonly anew: ReadonlySet<string> },
): Adoption {
  const { path } = file;
  const stored = file.tensors.filter(({ name }) => !tracked.test(name));
  const { found, note } = matched(path, stored, parameters);
  const [taken, other, missing]: string[][] = [[], [], []];
  let widened = false;
  const tensors = parameters.map(({ name, shape }, i) => {
    const tensor = found.get(name);
    if (!tensor || anew.has(name)) {
      if (!anew.has(name)) missing.push(name);
      return fresh(i);
    }
    if (tensor.shape.join() !== shape.join()) {
      other.push(`${name} is [${tensor.shape.join(", ")}] there and [${shape.join(", ")}] here`);
      return fresh(i);
    }
    taken.push(name);
    const numbers = numbersOf(path, tensor, dtype);
    widened ||= numbers !== tensor.data;
    return numbers;
  });
  if (taken.length === 0) throw nothingFits(path, stored, parameters, other);
  const known = new Set(
    [...found].filter(([name]) => parameters.some((each) => each.name === name)).map(([, of]) => of),
  );
  const extra = stored.filter((tensor) => !known.has(tensor)).map(({ name }) => name);
  const drawn = [...anew];
  const lists = [
    ...(other.length > 0 ? [`other shapes, so drawn: ${someOf(other, 4)}`] : []),
    ...(missing.length > 0 ? [`not in the file, so drawn: ${someOf(missing, 8)}`] : []),
    ...(drawn.length > 0 ? [`drawn anew (--reset-head): ${someOf(drawn, 4)}`] : []),
    ...(extra.length > 0 ? [`in the file alone: ${someOf(extra, 8)}`] : []),
  ];
  const said = `${path}: taken ${taken.length} of ${counted(parameters.length, "tensor")}`;
  return {
    tensors,
    notes: [
      ...(note === null ? [] : [note]),
      `${[said, ...lists].join("; ")}.`,
      ...(widened ? [`${path}: F32 weights widened to f64`] : []),
    ],
  };
}

/** The file's tensors by the net's names: as they are, without what stands before all of them, or by their places. */
function matched(
  path: string,
  stored: readonly Tensor[],
  parameters: readonly Named[],
): { readonly found: ReadonlyMap<string, Tensor>; readonly note: string | null } {
  const wanted = new Set(parameters.map(({ name }) => name));
  const hits = (prefix: string): number =>
    stored.filter(({ name }) => name.startsWith(prefix) && wanted.has(name.slice(prefix.length))).length;
  // Wrappers put a word before every name ("module.", "_orig_mod.module."); the shortest of the best is taken.
  const [{ name: first } = { name: "" }] = stored;
  const dots = [...first.matchAll(/\./g)].map(({ index }) => first.slice(0, index + 1));
  const shared = ["", ...dots].filter((prefix) => stored.every(({ name }) => name.startsWith(prefix)));
  const prefix = shared.reduce((best, each) => (hits(each) > hits(best) ? each : best), "");
  if (hits(prefix) > 0) {
    const found = new Map(stored.map((tensor) => [tensor.name.slice(prefix.length), tensor] as const));
    return { found, note: prefix === "" ? null : `${path}: all names begin with "${prefix}", which was left out.` };
  }
  for (const wrapper of shared) {
    const bare = stored.map((tensor) => ({ ...tensor, name: tensor.name.slice(wrapper.length), of: tensor }));
    const ordered = byForwardOrder(bare, parameters);
    if (!ordered) continue;
    const found = new Map([...ordered].map(([name, { of }]) => [name, of] as const));
    const [name, { of }] = [...ordered][0];
    return {
      found,
      note: `${path}: names of another program, matched in the order of the net (${of.name} is ${name}).`,
    };
  }
  return { found: new Map(), note: null };
}

function numbersOf(path: string, { name, data }: Tensor, dtype: Dtype): FloatArray {
  const where = `${path}, tensor "${name}"`;
  if (data instanceof BigInt64Array) throw dataError({ where, expected: "F32 or F64", got: "I64" });
  const at = firstNonFinite(data);
  if (at >= 0) {
    const fix = "The training that it comes from went wrong: take weights from before.";
    throw dataError({
      where,
      expected: "finite numbers",
      got: `${data[at]} as number ${at + 1} of ${data.length}`,
      fix,
    });
  }
  if (dtype === "f64") return data instanceof Float64Array ? data : Float64Array.from(data);
  if (data instanceof Float32Array) return data;
  const fix = "Use --dtype f64, or convert the file.";
  throw dataError({ where, expected: "F32 for an f32 net", got: "F64", fix });
}

function nothingFits(
  path: string,
  stored: readonly Named[],
  parameters: readonly Named[],
  other: readonly string[],
): Error {
  return dataError({
    where: path,
    expected: `a tensor of the net's ${parameters.length} (${someOf(
      parameters.map(({ name }) => name),
      4,
    )})`,
    got:
      other.length > 0
        ? `other shapes: ${someOf(other, 3)}`
        : `none of them: ${someOf(
            stored.map(({ name }) => name),
            4,
          )}`,
    fix: "Is this the file of another net?",
  });
}
