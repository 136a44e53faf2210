/** The short form of `test/long/larger-than-memory.test.ts`: a set of 600 MB in less memory than it has bytes. */
import { test } from "node:test";
import { lacking, trainsWithin } from "./large-set.js";

const set = { trained: 500, tested: 270 };

test(
  "600 MB of decoded images: cold and warm give one hash, and half of it is never held",
  { skip: lacking(set) },
  () => trainsWithin(300e6, set),
);
