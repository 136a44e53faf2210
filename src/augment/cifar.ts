import type { AugmentationPreset } from "./preset.js";

/** Of the residual nets (He et al. 2016, section 4.2): 4 pixels of padding, a random crop, a horizontal flip. */
export const cifar: AugmentationPreset = {
  name: "cifar",
  summary: "for photographs: mirrored, and a random crop after padding by 4",
  list: "flip horizontal, crop 4",
};
