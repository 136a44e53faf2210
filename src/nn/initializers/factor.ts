/** The option that initializers have in common: `he-normal factor=0.5`, or `he-normal 0.5`. */
import { z } from "zod";
import type { Initializer } from "./initializer.js";

const factor = z.number().positive().default(1).meta({ description: "what the draws are multiplied by" });

/** The initializer with a factor after its own options. */
export const withFactor = (initializer: Initializer): Initializer => ({
  ...initializer,
  options: initializer.options.extend({ factor }),
  fill(w, weights, stream, { factor: by, ...options }) {
    initializer.fill(w, weights, stream, options);
    if (by !== 1) for (let i = 0; i < w.length; i++) w[i] *= by as number;
  },
});
