/** What the pooling layers share: the words of their kernels. */
import type { InstructionArguments } from "../../kernels/ops/index.js";
import type { SlidingGeometry } from "../geometry.js";
import type { Layer, LayerPlace } from "../layer.js";
import type { LayerSpec } from "../spec.js";

type PoolGeometry = Omit<InstructionArguments<"averagePool">, "x" | "y">;

export const poolGeometry = (
  geometry: SlidingGeometry,
  { input: { height, width, channels } }: LayerPlace,
): PoolGeometry => ({ height, width, channels, ...geometry });

/** The lowering of a layer that takes the mean of each window. */
export function averaging<Spec extends LayerSpec>(
  geometry: (spec: Spec, place: LayerPlace) => SlidingGeometry,
): Pick<Layer<Spec>, "forward" | "backward"> {
  return {
    forward(spec, { x, y, place, emit }) {
      emit("averagePool", { x, y, ...poolGeometry(geometry(spec, place), place) });
    },
    backward(spec, { dy, dx, place, emit }) {
      if (dx) emit("averagePoolBackward", { dy, dx, ...poolGeometry(geometry(spec, place), place) });
    },
  };
}
