/** All zero: what a course shows of symmetry. Where no activation tells the units of a layer apart, no step ever does. */
import { noOptions } from "../../base/setting.js";
import type { Initializer } from "./initializer.js";

export const zeros: Initializer = {
  name: "zeros",
  summary: "all zero, to see that units which start alike stay alike",
  options: noOptions,
  warning: "--initializer zeros: the units of a layer start alike and stay alike, so that hidden layers learn nothing.",
  fill: (w) => w.fill(0),
};
