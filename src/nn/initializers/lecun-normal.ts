/** LeCun, Bottou, Orr and Müller 1998: normal, deviation 1/sqrt(m) for m inputs, so that a sum over them has that of one. */
import { noOptions } from "../../base/setting.js";
import { fillNormal, type Initializer } from "./initializer.js";

export const lecunNormal: Initializer = {
  name: "lecun-normal",
  summary: "normal, deviation 1/sqrt(m) for m inputs",
  options: noOptions,
  fill: (w, { fanIn }, stream) => fillNormal(w, 1 / Math.sqrt(fanIn), stream),
};
