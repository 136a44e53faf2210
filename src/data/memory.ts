/** What a set takes in memory, said before it is loaded, and refused where it cannot fit. */
import { runError } from "../base/errors.js";
import { readMemory } from "../base/machine.js";
import type { ImageShape } from "../base/shape.js";
import type { LoadOptions } from "./dataset.js";

/** Less than this needs no words. */
const worthSaying = 100e6;

export interface Need {
  readonly dataset: string;
  readonly images: number;
  readonly shape: ImageShape;
}

/** Throws `runError` where the images would pass the memory that is left. */
export function announceMemory(
  { dataset, images, shape: { height, width, channels } }: Need,
  { onEvent }: Pick<LoadOptions, "onEvent">,
  available = readMemory().available,
): void {
  const bytes = images * height * width * channels;
  const what = `${images} images of ${height}x${width}x${channels}`;
  if (bytes > available) {
    throw runError({
      where: `memory for ${dataset}`,
      expected: `${megabytes(bytes)} for ${what}`,
      got: `${megabytes(available)} available`,
      fix: "Take a smaller --image-size, or fewer images.",
    });
  }
  if (bytes >= worthSaying)
    onEvent?.({ kind: "note", text: `${dataset}: ${what} take ${megabytes(bytes)} of memory.` });
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
