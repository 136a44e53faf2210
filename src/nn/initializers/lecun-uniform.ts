/**
 * The DTU slides' "for a layer with m inputs use 1/sqrt(m) to set the initial scale", read as the bound of a uniform
 * distribution, which is also where PyTorch's Linear and Conv2d start. (LeCun et al. 1998 mean the deviation.)
 */
import { noOptions } from "../../base/setting.js";
import { fillUniform, type Initializer } from "./initializer.js";

export const lecunUniform: Initializer = {
  name: "lecun-uniform",
  summary: "uniform between -1/sqrt(m) and 1/sqrt(m) for m inputs",
  options: noOptions,
  fill: (w, { fanIn }, stream) => fillUniform(w, 1 / Math.sqrt(fanIn), stream),
};
