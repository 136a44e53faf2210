/** How a model's training images became pixels, as its file remembers it: images it is asked about are read alike. */
import { z } from "zod";
import { orders } from "../base/order.js";
import { type Border, usualBorder } from "../data/border.js";
import type { Reading } from "../data/dataset.js";
import { takesSetting } from "../data/index.js";
import { layouts } from "../formats/arrangement.js";
import { fits } from "../formats/resize.js";
import type { ModelMetadata } from "../model/model-file.js";

/** What is not there, or of a kind that this version does not know, is as if it had not been said. */
const readingSchema = z.object({
  imageSize: z.string().optional().catch(undefined),
  fit: z.enum(fits).optional().catch(undefined),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .optional()
    .catch(undefined),
  label: z.string().optional().catch(undefined),
  layout: z.enum(layouts).optional().catch(undefined),
  order: z.enum(orders).optional().catch(undefined),
  paper: z.string().optional().catch(undefined),
  maximum: z.number().optional().catch(undefined),
  maxMegapixels: z.number().optional().catch(undefined),
});

export function readingOf({ provenance }: ModelMetadata): Reading {
  const known = Object.entries(readingSchema.parse(provenance)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}

/** The same for image files: what is white in a table or an array says nothing of them. */
export function fileReadingOf(model: ModelMetadata): Reading {
  const { maximum, ...rest } = readingOf(model);
  const isOfFiles = takesSetting(model.provenance.dataset, "paper");
  return isOfFiles && maximum !== undefined ? { ...rest, maximum } : rest;
}

const borderSchema = z.object({ dark: z.number(), bright: z.number() });

/** Whether nearly all training images had a dark border, or a bright one; null where neither, or where the file does not say. */
export function trainedBorder({ provenance }: ModelMetadata): "dark" | "bright" | null {
  const border = borderSchema.safeParse(provenance.border);
  return border.success ? usualBorder(border.data satisfies Border) : null;
}
