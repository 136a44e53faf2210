/** What `train --find-lr --json` prints. */
import { z } from "zod";
import { schemaNumber } from "./parts.js";

export const findRateDocument = z
  .strictObject({
    schema: schemaNumber,
    suggestion: z.number().nullable().describe("where the smoothed loss falls fastest; null where it never falls"),
    lowest: z.number().describe("the rate of the lowest smoothed loss"),
    diverged: z.number().nullable().describe("the rate from which the loss was lost"),
    points: z.array(z.strictObject({ rate: z.number(), loss: z.number(), smoothed: z.number() })),
  })
  .describe("heddle train --find-lr --json");
