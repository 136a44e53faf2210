/** What a set takes in memory, said before it is loaded, and refused where it cannot fit. */
import { runError } from "../base/errors.js";
import { readMemory } from "../base/machine.js";
import type { ImageShape } from "../base/shape.js";
import type { LoadOptions } from "./dataset.js";

/** What the program takes itself while it reads. */
const ofProgram = 48e6;

/** Less than this needs no words. */
const worthSaying = 100e6;

export interface Need {
  readonly dataset: string;
  readonly images: number;
  readonly shape: ImageShape;
  /** Bytes of files and parts of them that are held while it is read. */
  readonly held?: number;
}

/** Throws `runError` where the images would pass the memory that is left. */
export function announceMemory(
  { dataset, images, shape: { height, width, channels }, held = 0 }: Need,
  { onEvent }: Pick<LoadOptions, "onEvent">,
  available = readMemory().available,
): void {
  const bytes = images * height * width * channels;
  const needed = bytes + held + ofProgram;
  const what = `${images} images of ${height}x${width}x${channels}`;
  if (needed > available) {
    throw runError({
      where: `memory for ${dataset}`,
      expected: `${megabytes(needed)} to read ${what}`,
      got: `${megabytes(available)} available`,
      fix: "Take a smaller set or --image-size, or raise the limit.",
    });
  }
  if (bytes >= worthSaying)
    onEvent?.({ kind: "note", text: `${dataset}: ${what} take ${megabytes(bytes)} of memory.` });
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
