/** Which layers vanish into their neighbours. */
import { type Elementwise, identity } from "../kernels/operations.js";
import type { NetLayer } from "../nn/net.js";

/** Groups a layer with the elementwise layer right above it, where it can apply that itself. */
export function fuse(layers: readonly NetLayer[]): NetLayer[][] {
  const groups: NetLayer[][] = [];
  for (const layer of layers) {
    const last = groups.at(-1);
    if (last?.length === 1 && last[0].layer.fusesAbove && layer.layer.elementwise) last.push(layer);
    else groups.push([layer]);
  }
  return groups;
}

export const elementwiseOf = ({ layer, spec }: NetLayer): Elementwise => layer.elementwise?.(spec) ?? identity;
