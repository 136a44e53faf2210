/** He et al. 2015: normal, variance 2/fan-in; keeps the variance through layers that ReLU halves. */
import { noOptions } from "../../base/setting.js";
import { fillNormal, type Initializer } from "./initializer.js";

export const heNormal: Initializer = {
  name: "he-normal",
  summary: "normal, variance 2/fan-in: before ReLU and its kin",
  options: noOptions,
  fill: (w, { fanIn }, stream) => fillNormal(w, Math.sqrt(2 / fanIn), stream),
};
