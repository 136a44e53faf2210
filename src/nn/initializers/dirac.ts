/**
 * The identity as far as filters reach: filter i of the first min(filters, channels) passes channel i on, by a 1 in the middle of
 * its kernel. What remains, and what is no convolution, starts as usual. Zagoruyko and Komodakis 2017, "DiracNets"; PyTorch's
 * nn.init.dirac_ sets the rest to zero.
 */
import { noOptions } from "../../base/setting.js";
import { glorotUniform } from "./glorot-uniform.js";
import { heNormal } from "./he-normal.js";
import type { Initializer } from "./initializer.js";

export const dirac: Initializer = {
  name: "dirac",
  summary: "convolutions that pass their input on; filters beyond it as usual",
  options: noOptions,
  fill(w, weights, stream) {
    const usual = weights.rectified ? heNormal : glorotUniform;
    usual.fill(w, weights, stream, {});
    const [filters, channels, height, width] = weights.shape;
    if (height === undefined || width === undefined) return;
    const taps = height * width;
    const middle = Math.floor(height / 2) * width + Math.floor(width / 2);
    for (let filter = 0; filter < Math.min(filters, channels); filter++) {
      w.fill(0, filter * channels * taps, (filter + 1) * channels * taps);
      w[(filter * channels + filter) * taps + middle] = 1;
    }
  },
};
