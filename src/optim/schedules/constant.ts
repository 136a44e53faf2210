/** The base rate, always. */
import { noOptions } from "../../base/setting.js";
import type { Schedule } from "./schedule.js";

export const constant: Schedule = {
  name: "constant",
  summary: "the rate stays as it is",
  options: noOptions,
  factor: () => 1,
};
