/** What stands in a layer's place until its kernels are there: shapes and counts are right, a run is refused. */
import { internalError } from "../../errors.js";
import type { Layer } from "../layer.js";

export function unlowered(type: string): Pick<Layer, "forward" | "backward" | "update"> {
  const refuse = (): never => {
    throw internalError(`${type} has no kernels yet`);
  };
  return { forward: refuse, backward: refuse, update: refuse };
}
