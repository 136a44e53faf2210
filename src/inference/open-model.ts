/** The model that somebody named: a run's best or last weights, or those of a file. */
import { dataError, HeddleError } from "../base/errors.js";
import { isFile } from "../base/path-kind.js";
import { type ModelFile, readModel } from "../model/model-file.js";
import { mistakesSchema, mistakesText } from "../run/as-published.js";
import { findModel, type WeightsName } from "../run/find-model.js";
import { RunFolder } from "../run/run-folder.js";
import { readCheckpoint } from "../train/checkpoint.js";
import { readResult } from "../train/result-file.js";
import { specOf } from "./model-net.js";

export interface NamedModel extends ModelFile {
  /** The run folder it lies in; null for a file that was named itself. */
  readonly run: string | null;
  readonly weights: WeightsName;
  /** The epoch, from 1, after which its weights were so; null of a file that was named itself, and amid an epoch. */
  readonly epoch: number | null;
  /** What the user should know: what was taken though nobody named it, and what nothing vouches for. */
  readonly notes: readonly string[];
}

/** Of a run folder the best weights unless told otherwise, or the last where no epoch has ended. Throws HeddleError. */
export function openNamedModel(runOrFile: string | undefined, weights?: WeightsName): NamedModel {
  const { path, run, notes, ...found } = findModel(runOrFile, weights);
  const file = found.weights === "last" ? modelOfCheckpoint(path) : { ...readModel(path), epoch: bestEpochOf(run) };
  const unchecked = file.checked ? [] : [`${path} has no checksum: its bytes are taken as they are.`];
  const said = asPublishedNote(file);
  return { ...file, run, weights: found.weights, notes: [...notes, ...unchecked, ...said] };
}

/** A model that repeats a source's mistakes is told from others wherever it is used. */
function asPublishedNote({ model: { provenance, preprocessing } }: ModelFile): string[] {
  const parsed = mistakesSchema.safeParse(provenance["asPublished"]);
  return parsed.success ? [mistakesText(parsed.data, preprocessing.standardize)] : [];
}

/** As the run's result says, or its checkpoint while there is none. A damaged file costs the number alone. */
function bestEpochOf(run: string | null): number | null {
  if (run === null) return null;
  const folder = new RunFolder(run);
  try {
    if (isFile(folder.resultFile)) return readResult(folder).bestEpoch;
    if (isFile(folder.checkpointFile)) return readCheckpoint(folder.checkpointFile).progress.best?.epoch ?? null;
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
  }
  return null;
}

/** The weights after the last step, from `last.ckpt`. */
function modelOfCheckpoint(path: string): ModelFile & Pick<NamedModel, "epoch"> {
  const { metadata, dtype, weights, progress } = readCheckpoint(path);
  const { parameters } = specOf(metadata, path).net;
  const sizes = weights.map(({ length }) => length);
  const wanted = parameters.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  if (sizes.join() !== wanted.join()) {
    throw dataError({ where: path, expected: `tensors of ${wanted.join(", ")} numbers`, got: sizes.join(", ") });
  }
  return {
    path,
    model: metadata,
    epoch: progress.step === 0 && progress.epoch > 0 ? progress.epoch : null,
    metadata: {},
    checked: true,
    tensors: parameters.map(({ name, shape }, i) => ({
      name,
      shape,
      dtype: dtype === "f64" ? "F64" : "F32",
      data: weights[i],
    })),
  };
}
