import type { AugmentationPreset } from "./preset.js";

/** For digits: no flips, since a mirrored digit is none. */
export const mnist: AugmentationPreset = {
  name: "mnist",
  summary: "for digits: turns, moves, leans and zooms, no flips",
  list: "rotate 10deg, shift 0.1, shear 5deg, zoom 0.1, fill constant",
};
