/** Layers with windows, and images for them: for the tests, and for the judges of `test/judges/windows.mjs`. */
import type { LayerSpec, NetSpec } from "../../src/nn/spec.js";

/** Windows in every constellation: what the geometry says is what the loops and the runtime do. */
export function windowCases(): { layer: LayerSpec; input: NetSpec["input"] }[] {
  const cases: { layer: LayerSpec; input: NetSpec["input"] }[] = [];
  for (let i = 0; i < 160; i++) {
    const [size, stride] = [[1 + (i % 5), 1 + ((i * 3 + 1) % 5)] as const, [1 + (i % 4), 1 + ((i >> 2) % 4)] as const];
    const input = { height: 4 + ((i * 7) % 6), width: 4 + ((i * 5 + 2) % 6), channels: 2 };
    const padding = ["same", "valid", [Math.floor((size[0] - 1) / 2), size[1] - 1]][i % 3];
    const type = ["conv2d", "max-pool", "average-pool"][(i >> 1) % 3];
    const fits = padding === "same" || (size[0] <= input.height && size[1] <= input.width);
    if (!fits) continue;
    if (type === "conv2d") cases.push({ layer: { type, filters: 3, kernel: size, stride, padding }, input });
    else if (type === "max-pool") cases.push({ layer: { type, size, stride, padding }, input });
    else cases.push({ layer: { type, size, stride }, input });
  }
  const twoByTwo = { type: "max-pool", size: 2, stride: 3, padding: "same" };
  cases.push({ layer: twoByTwo, input: { height: 6, width: 6, channels: 2 } });
  for (const [height, width] of [
    [8, 8],
    [7, 6],
  ]) {
    cases.push({ layer: { type: "average-pool", size: 3, stride: 2 }, input: { height, width, channels: 2 } });
  }
  cases.push({ layer: { type: "max-pool", size: 2 }, input: { height: 7, width: 7, channels: 2 } });
  return cases;
}
