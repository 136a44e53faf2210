/** From the bytes of an image file to those that the net gets: one way for the command line and the server. */
import { limitsOf } from "../data/images/settings.js";
import { readImage } from "../formats/image.js";
import { layOn } from "../formats/paper.js";
import type { ModelMetadata } from "../model/model-file.js";
import type { Predictor } from "./predictor.js";
import { type PreparedImage, type PrepareOptions, paperFor } from "./prepare.js";
import { fileReadingOf } from "./reading.js";

export interface FileOptions extends PrepareOptions {
  /** A file may have as many million pixels. */
  readonly maxMegapixels?: number | undefined;
}

/** `name` stands in errors. Throws `dataError` where the bytes are no image within the limits. */
export async function prepareFile(
  bytes: Uint8Array,
  name: string,
  predictor: Pick<Predictor, "prepare">,
  model: ModelMetadata,
  options: FileOptions,
): Promise<PreparedImage> {
  const { maximum, maxMegapixels, paper: own } = fileReadingOf(model);
  const limits = limitsOf(options.maxMegapixels ?? maxMegapixels);
  const stored = await readImage(bytes, name, { limits, maximum });
  const paper = paperFor(stored, own, options);
  const { invert, fit, prepare } = options;
  const prepared = predictor.prepare(layOn(paper, stored), { invert, fit, prepare });
  const laid = stored.channels % 2 === 0 ? [`laid on ${paper}`] : [];
  return { bytes: prepared.bytes, steps: [...laid, ...prepared.steps] };
}
