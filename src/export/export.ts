/** Writes a trained model for other programs. */
import { writeAtomically } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { aSwitch, aText, checkOptions, choice } from "../base/given.js";
import { pick } from "../base/registry.js";
import { openNamedModel } from "../inference/open-model.js";
import { type WeightsName, weightsNames } from "../run/find-model.js";
import { exportFormats } from "./formats.js";
import { graphOf } from "./graph.js";
import { checkPlace } from "./place.js";

export interface ExportOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string | undefined;
  /** A format's name. */
  readonly to: string;
  readonly out: string;
  /** Which weights of a run; the best where not given. */
  readonly weights?: WeightsName | undefined;
  /** False: without the preprocessing, so that prepared numbers go in. True where not given. */
  readonly preprocessing?: boolean | undefined;
}

export interface Exported {
  readonly path: string;
  readonly bytes: number;
  /** Those of them that are weights, as the format writes them. */
  readonly weightBytes: number;
  /** What the user should know. */
  readonly notes: readonly string[];
}

const checks = { path: aText, to: aText, out: aText, weights: choice(weightsNames), preprocessing: aSwitch };

/** Throws HeddleError; what had the name before is unchanged then. */
export async function exportModel(options: ExportOptions): Promise<Exported> {
  checkOptions("exportModel", options, checks, ["to", "out"]);
  const { to, out, weights, preprocessing = true } = options;
  const format = pick(exportFormats, to, { where: "--to", what: "a format" });
  if (!preprocessing && !format.barePossible) {
    throw usageError({ where: "--no-preprocessing", expected: "--to onnx", got: `--to ${format.name}` });
  }
  const file = openNamedModel(options.path, weights);
  checkPlace(out, file.path);
  const graph = graphOf(file, { preprocessing });
  const chunks = await format.encode(graph);
  writeAtomically(out, chunks);
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  const weightBytes = format.weightBytes(graph);
  return { path: out, bytes, weightBytes, notes: [...file.notes, ...graph.notes] };
}
