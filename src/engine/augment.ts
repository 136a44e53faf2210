/** From the settings of augmentation to the arguments of its operation. */
import { type Augmentation, fillRules } from "../data/augment/augmentation.js";
import type { OperationArguments } from "../kernels/operations.js";
import type { FeatureShape } from "../nn/spec.js";
import { streamKey } from "../random.js";

/** Numbers in the scratch of a rank: an image in a border of one pixel. */
export const augmentWorkspace = ({ height, width, channels }: FeatureShape): number =>
  (height + 2) * (width + 2) * channels;

type Strengths = "rotate" | "shiftHeight" | "shiftWidth" | "shear" | "zoomHeight" | "zoomWidth" | "flipHorizontal";
type More = "flipVertical" | "contrast" | "brightness" | "noise" | "crop" | "erase" | "fill" | "key0" | "key1";

/** The arguments that say what is done and what is drawn; angles are turns there. */
export function augmentArguments(
  { flipHorizontal, flipVertical, fill, ...strengths }: Augmentation,
  seed: number,
): Pick<OperationArguments<"augment">, Strengths | More> {
  const [key0, key1] = streamKey(seed, "augment");
  return {
    ...strengths,
    rotate: strengths.rotate / 360,
    shear: strengths.shear / 360,
    flipHorizontal: Number(flipHorizontal),
    flipVertical: Number(flipVertical),
    fill: fillRules.indexOf(fill),
    key0,
    key1,
  };
}
