/** Runs `augment` on images, without standardization: pixels come out as they go in. */

import { augmentArguments, augmentWorkspace } from "../../src/augment/operation.js";
import type { ImageShape } from "../../src/base/shape.js";
import type { Backend } from "../../src/kernels/backend.js";
import { type Augmentation, noAugmentation } from "../../src/kernels/changes/index.js";
import type { Drawn } from "../../src/kernels/mixes/index.js";
import { blank } from "./data.js";
import type { Format, Real } from "./lab.js";
import { call, execute, wholeStep } from "./lab.js";

export interface AugmentRun {
  readonly images: Uint8Array;
  readonly shape: ImageShape;
  readonly settings: Partial<Augmentation>;
  /** Samples, in the order they are taken. */
  readonly order: readonly number[];
  readonly epoch?: number;
  readonly seed?: number;
  readonly maximum?: number;
  readonly perImage?: boolean;
  /** What each place is mixed with, and how. */
  readonly mixed?: Drawn;
}

/** The pixels of each place of the order. */
export function augmentImages(backend: Backend, format: Format, run: AugmentRun): Real[] {
  const { images, shape, settings, order, epoch = 0, seed = 0, maximum = 255, perImage = false, mixed } = run;
  const pixels = shape.height * shape.width * shape.channels;
  const x = { numbers: blank(format, order.length * pixels), ld: pixels };
  const values = {
    x,
    images,
    order: Int32Array.from(order),
    scale: format.array(pixels).fill(1),
    shift: format.array(pixels),
    workspace: blank(format, augmentWorkspace(shape, mixed !== undefined)),
    partners: mixed ? Int32Array.from(mixed.partners) : null,
    mixes: mixed ? Float64Array.from(mixed.mixes) : null,
    ...shape,
    maximum,
    perImage: Number(perImage),
    ...augmentArguments({ ...noAugmentation, ...settings }, seed),
  };
  const step = { ...wholeStep(order.length), epoch };
  const out = execute(backend, format, [call("augment", values)], [step]).of(x.numbers);
  return order.map((_, r) => out.slice(r * pixels, (r + 1) * pixels));
}
