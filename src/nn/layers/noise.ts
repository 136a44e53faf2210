/** What the layers that draw random numbers share. */

import { identity } from "../../kernels/activations/index.js";
import { type Region } from "../../kernels/signature.js";
import type { Lowering, Tensor } from "../lowering.js";

interface Draws {
  readonly order: Region;
  readonly key0: number;
  readonly key1: number;
  readonly pixels: number;
  readonly channels: number;
}

/** Where the draws of a layer stand. A flattened image has those of the image: how memory is laid out changes none. */
export function drawsOf({ input, order, key }: Lowering): Draws {
  const { height, width, channels } = input.image ?? input;
  return { order, key0: key[0], key1: key[1], pixels: height * width, channels };
}

/** y = x. */
export function copy(x: Tensor, y: Tensor, emit: Lowering["emit"]): void {
  emit("activation", { x, y, n: x.features, activation: identity });
}
