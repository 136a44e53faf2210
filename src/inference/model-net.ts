/** The net of a model file, and what of its preprocessing cannot be given again. */
import { dataError, usageError } from "../base/errors.js";
import type { Dtype, FloatArray } from "../base/numbers.js";
import type { Setting } from "../base/setting.js";
import type { TrainedLoss } from "../losses/index.js";
import { lossOf } from "../losses/index.js";
import { type ModelFile, type ModelMetadata, matchParameters } from "../model/model-file.js";
import { type Net, resolveNet } from "../nn/net.js";

/** Throws `usageError` where another standardization than the model's own was asked for. */
export function refuseOtherPreprocessing({ path, model }: ModelFile, standardize: string | undefined): void {
  const own = model.preprocessing.standardize;
  if (standardize === undefined || standardize === own) return;
  throw usageError({
    where: "--standardize",
    expected: `${own}, as in training`,
    got: standardize,
    fix: `Preprocessing is part of the model: ${path} brings its own. Leave the flag out.`,
  });
}

export interface ModelNet {
  readonly net: Net;
  readonly loss: TrainedLoss;
  readonly dtype: Dtype;
  /** It was trained by the definition of a convolution alone, and computes so. */
  readonly exact: boolean;
  /** In model order and PyTorch's layout. */
  readonly tensors: FloatArray[];
}

/** The net of a file: written by us, or by a later version, or by hand. Throws `dataError` where it is none we know. */
export function netOf(file: ModelFile): ModelNet {
  const { net, loss } = specOf(file.model, file.path);
  const dtype = file.tensors.some(({ dtype: of }) => of === "F64") ? "f64" : "f32";
  const { tensors } = matchParameters(file, net.parameters, dtype);
  return { net, loss, dtype, exact: file.model.provenance.exactConv === true, tensors };
}

/** Net and loss that a model says it has. Throws `dataError` where this version of Heddle knows no such. */
export function specOf({ architecture, provenance }: ModelMetadata, path: string): Pick<ModelNet, "net" | "loss"> {
  try {
    const { loss = "cross-entropy" } = provenance;
    return { net: resolveNet(architecture), loss: lossOf(loss as string | Setting) };
  } catch (cause) {
    const fix = cause instanceof Error ? cause.message : String(cause);
    const expected = "a net and a loss that this version of Heddle knows";
    throw dataError({ where: `${path}, __metadata__`, expected, got: "others", fix, cause });
  }
}
