/** What may be wrong with images that a model is asked about: told by the pixels that the net gets. */
import { type Finding, someOf } from "../base/finding.js";
import type { ImageShape } from "../base/shape.js";
import { counted } from "../base/text.js";
import { borderOf, bordersOf, isBright, isDark, usualBorder } from "../data/border.js";
import type { Dataset } from "../data/dataset.js";
import type { ModelMetadata } from "../model/model-file.js";
import { trainedBorder } from "./reading.js";

export type ImageFault = "blank" | "bright-border" | "dark-border";

/** The faults of one image as the net gets it. */
export function faultsOf(bytes: Uint8Array, model: ModelMetadata): ImageFault[] {
  if (bytes.every((byte) => byte === bytes[0])) return ["blank"];
  const usual = trainedBorder(model);
  const { maximum } = model.preprocessing;
  const border = borderOf(bytes, model.architecture.input satisfies ImageShape, maximum);
  if (usual === "dark" && isBright(border)) return ["bright-border"];
  if (usual === "bright" && isDark(border)) return ["dark-border"];
  return [];
}

/** Of a data set whose images have the contrary border of those that the model was trained on. */
export function borderFindings(model: ModelMetadata, dataset: Dataset, samples: Uint32Array): Finding[] {
  const trained = trainedBorder(model);
  const found = usualBorder(bordersOf(dataset, samples));
  if (!trained || !found || trained === found) return [];
  const evidence = `The border of these images is ${found} where the training images' is ${trained}: are they inverted?`;
  return [{ id: `${found}-border`, severity: "warning", evidence, fix: "" }];
}

/** One finding for each kind of fault, however many images have it. */
export function faultFindings(
  images: readonly { file: string; faults: readonly ImageFault[] }[],
  inverted: boolean,
): Finding[] {
  return (["blank", "bright-border", "dark-border"] as const).flatMap((fault): Finding[] => {
    const files = images.filter(({ faults }) => faults.includes(fault)).map(({ file }) => file);
    if (files.length === 0) return [];
    const which = `${counted(files.length, "image")} (${someOf(files)})`;
    return [{ id: fault, severity: "warning", ...sayings[fault](which, inverted) }];
  });
}

const invertFix = (inverted: boolean): string =>
  inverted ? "Leave --invert out, or say --invert=auto." : "Try --invert, or --invert=auto.";

const sayings: Readonly<Record<ImageFault, (which: string, inverted: boolean) => Pick<Finding, "evidence" | "fix">>> = {
  blank: (which, inverted) => ({
    evidence: `Nothing is left to see of ${which}: all pixels are one color${inverted ? "" : " (transparent parts lie on black)"}.`,
    fix: inverted
      ? "Leave --invert out, or say --invert=auto."
      : "Try --invert, which lays them on white, or --invert=auto.",
  }),
  "bright-border": (which, inverted) => ({
    evidence: `The border of ${which} is bright where the training images' is dark.`,
    fix: invertFix(inverted),
  }),
  "dark-border": (which, inverted) => ({
    evidence: `The border of ${which} is dark where the training images' is bright.`,
    fix: invertFix(inverted),
  }),
};
