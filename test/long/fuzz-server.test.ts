/** Fuzzing of the server, the long way. */
import { test } from "node:test";
import { checkFuzzed } from "../serve/fuzz-model.js";

test("10,000 damaged requests: each has its answer, memory grows by less than 100 MB, the server lives", () =>
  checkFuzzed(10_000, 2));
