/** Fuzzing of the server, the short way; test/long has ten thousand requests. */
import { test } from "node:test";
import { checkFuzzed } from "./fuzz-model.js";

test("400 damaged requests: each has its answer, and the server lives", () => checkFuzzed(400, 1));
