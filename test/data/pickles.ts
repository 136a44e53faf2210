/** What Python made of a few things in every protocol (test/golden/make_pickles.py). */
import { readFileSync } from "node:fs";
import { goldenFile } from "../golden/golden.js";

interface Golden {
  readonly cases: readonly { readonly name: string; readonly pickle: string; readonly value: unknown }[];
}

export const goldenPickles = (JSON.parse(readFileSync(goldenFile("pickles.json"), "utf8")) as Golden).cases;

export const pickleOf = (name: string): Buffer =>
  Buffer.from(goldenPickles.find((each) => each.name === name)!.pickle, "base64");
