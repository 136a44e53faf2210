/** Glorot and Bengio 2010: uniform, variance 2/(fan-in + fan-out); keeps the variance both ways through layers that are near linear around 0. */
import { noOptions } from "../../base/setting.js";
import { fillUniform, type Initializer } from "./initializer.js";

export const glorotUniform: Initializer = {
  name: "glorot-uniform",
  summary: "uniform, variance 2/(fan-in + fan-out): before tanh, sigmoid and softmax",
  options: noOptions,
  fill: (w, { fanIn, fanOut }, stream) => fillUniform(w, Math.sqrt(6 / (fanIn + fanOut)), stream),
};
