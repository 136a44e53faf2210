/** What the layers that draw random numbers share. */
import type { Lowering, Tensor } from "../../engine/lowering.js";
import { elementwiseNames, identity, type Region } from "../../kernels/operations.js";

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
export function passOn(x: Tensor, y: Tensor, emit: Lowering["emit"]): void {
  emit("activation", {
    x: x.region,
    ldx: x.ld,
    y: y.region,
    ldy: y.ld,
    n: x.features,
    function: elementwiseNames.indexOf(identity.name),
    slope: 0,
  });
}
