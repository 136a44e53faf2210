/** A net for images of any size, the user's own first of all: as deep as the images allow, and small. */
import { type Preset, sentencePreset } from "./preset.js";

const home = { input: { height: 32, width: 32, channels: 3 }, classes: 10 };
/** Of the first convolution; each stage doubles them. */
const firstFilters = 16;
const mostFilters = 128;
/** Stages halve the image until a side is smaller than this. */
const smallSide = 8;

export const smallNets: readonly Preset[] = [
  sentencePreset(
    "small-cnn",
    "convolutions of 16, 32, … filters, as deep as images allow",
    home,
    ({ input, classes }) => {
      const stages: string[] = [];
      let side = Math.min(input.height, input.width);
      for (
        let filters = firstFilters;
        side >= smallSide;
        side = side >> 1, filters = Math.min(2 * filters, mostFilters)
      ) {
        stages.push(`conv ${filters}x3 same >> relu >> pool 2`);
      }
      return [...stages, "flatten", "fc 128", "relu", "drop 0.3", `fc ${classes}`].join(" >> ");
    },
  ),
];
