/** A set of 6 GB trains in a few hundred megabytes: what a process holds by itself, of which mapped pages are no part. */
import { test } from "node:test";
import { lacking, trainsWithin } from "../data/large-set.js";

/** 3.9 GB and 2.2 GB. */
const set = { trained: 5000, tested: 2800 };

test("6 GB of decoded images: cold and warm give one hash, within a bound of memory", { skip: lacking(set) }, () =>
  // Node, the addon, names and labels, a minibatch and its activations.
  trainsWithin(600e6, set),
);
