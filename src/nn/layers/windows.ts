/** What the pooling layers share: the words of their kernels. */
import type { OperationArguments } from "../../kernels/operations.js";
import type { SlidingGeometry } from "../geometry.js";
import type { Layer, LayerPlace } from "../layer.js";
import type { LayerSpec } from "../spec.js";

type PoolGeometry = Omit<OperationArguments<"averagePool">, "x" | "ldx" | "y" | "ldy">;

export const poolGeometry = (
  geometry: SlidingGeometry,
  { input: { height, width, channels } }: LayerPlace,
): PoolGeometry => ({ height, width, channels, ...geometry });

/** The lowering of a layer that takes the mean of each window. */
export function averaging<Spec extends LayerSpec>(
  geometry: (spec: Spec, place: LayerPlace) => SlidingGeometry,
): Pick<Layer<Spec>, "forward" | "backward" | "update"> {
  return {
    forward(spec, { x, y, place, emit }) {
      const buffers = { x: x.region, ldx: x.ld, y: y.region, ldy: y.ld };
      emit("averagePool", { ...buffers, ...poolGeometry(geometry(spec, place), place) });
    },
    backward(spec, { dy, dx, place, emit }) {
      if (!dx) return;
      const buffers = { dy: dy.region, lddy: dy.ld, dx: dx.region, lddx: dx.ld };
      emit("averagePoolBackward", { ...buffers, ...poolGeometry(geometry(spec, place), place) });
    },
    update() {},
  };
}
