/** `split.json`: which samples a run trains on and which it holds back, with a hash that `run.json` names too. */
import { z } from "zod";
import { writeAtomically } from "../base/atomic-write.js";
import { dataError } from "../base/errors.js";
import { digestText } from "../base/hash.js";
import { bytesOf } from "../base/numbers.js";
import { readSealedJson, sealJson } from "../base/sealed-json.js";
import type { SampleSplit } from "../data/split-samples.js";
import type { RunFolder } from "./run-folder.js";

/** BLAKE3 over the counts, then the samples of training, of validation, and of a test split cut from them, as words of 32 bits. */
export function splitHash({ train, validation, cutTest }: SampleSplit): string {
  const parts = [train, validation, ...(cutTest ? [cutTest] : [])];
  const counts = Uint32Array.from(parts, ({ length }) => length);
  return digestText([counts, ...parts].map(bytesOf));
}

export function writeSplit(folder: RunFolder, split: SampleSplit): void {
  const { train, validation, cutTest } = split;
  const test = cutTest && { test: Array.from(cutTest) };
  const [trained, held] = [Array.from(train), Array.from(validation)];
  const document = { schema: 1, hash: splitHash(split), train: trained, validation: held, ...test };
  writeAtomically(folder.splitFile, [sealJson(document)]);
}

const position = z.number().int().min(0).max(0xffffffff);
const positions = z.array(position).transform((list) => Uint32Array.from(list));
const splitSchema = z.object({
  hash: z.string(),
  train: positions,
  validation: positions,
  test: positions.optional(),
});

/** Throws `dataError` unless the split is the one the run was started with, and the folder still says so. */
export function verifySplit(folder: RunFolder, split: SampleSplit, ofRun: string): void {
  const where = folder.splitFile;
  const fix = "Put the old file back, or start a new run.";
  const parsed = splitSchema.safeParse(readSealedJson(where, { what: "the split of a run", fix }));
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw dataError({ where: `${where}, ${path.join(".")}`, expected: "the split of a run", got: message, fix });
  }
  const { hash, test: cutTest = null, ...rest } = parsed.data;
  const saved = splitHash({ ...rest, cutTest });
  if (hash !== ofRun || saved !== ofRun) {
    const got = hash === ofRun ? `samples of ${saved}` : hash;
    throw dataError({ where, expected: `${ofRun}, as in ${folder.runFile}`, got, fix });
  }
  const now = splitHash(split);
  if (now === ofRun) return;
  throw dataError({
    where,
    expected: `the samples that data, --seed, --validation, --test and --group-by give now (${now})`,
    got: ofRun,
    fix: "Put the old data and groups back, or start a new run.",
  });
}
