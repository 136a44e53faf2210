import type { AugmentationPreset } from "./preset.js";

/**
 * The CS596 project's Keras settings: rotation_range 8, width and height_shift_range 0.08, shear_range 0.3, zoom_range
 * 0.08, fill_mode nearest. Keras has counted shear_range in degrees since December 2017 (keras#8868).
 */
export const cs596: AugmentationPreset = {
  name: "cs596",
  summary: "small turns, moves and zooms, as the cs596 nets were trained with",
  list: "rotate 8deg, shift 0.08, shear 0.3deg, zoom 0.08, fill nearest",
};
