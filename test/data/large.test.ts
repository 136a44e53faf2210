/** The short form of `test/long/larger-than-memory.test.ts`: a set of 600 MB is never held as a whole. */
import { test } from "node:test";
import { lacking, trainsWithin } from "./large-set.js";

const set = { trained: 500, tested: 270 };

test("600 MB of decoded images: cold and warm give one hash, and they are never all held", { skip: lacking(set) }, () =>
  // Some 200 MB; images that wait for a thread that gets no core come on top.
  trainsWithin(500e6, set),
);
