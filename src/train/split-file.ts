/** `split.json`: which training samples a run trains on and which it holds back, with a hash that `run.json` names too. */
import { z } from "zod";
import type { TrainValidation } from "../data/split.js";
import { dataError } from "../errors.js";
import { blake3 } from "../model/hash.js";
import { bytesOf } from "../model/safetensors.js";
import type { RunFolder } from "./run-folder.js";

/** BLAKE3 over both counts, then the positions of training and validation samples, as words of 32 bits. */
export function splitHash({ train, validation }: TrainValidation): string {
  const counts = Uint32Array.of(train.length, validation.length);
  return `blake3:${Buffer.from(blake3([counts, train, validation].map(bytesOf))).toString("hex")}`;
}

export function writeSplit(folder: RunFolder, split: TrainValidation): void {
  const { train, validation } = split;
  const hash = splitHash(split);
  folder.writeSplit({ schema: 1, hash, train: Array.from(train), validation: Array.from(validation) });
}

const position = z.number().int().min(0).max(0xffffffff);
const splitSchema = z.object({ hash: z.string(), train: z.array(position), validation: z.array(position) });

/** Throws `dataError` unless the split is the one the run was started with, and the folder still says so. */
export function verifySplit(folder: RunFolder, split: TrainValidation, ofRun: string): void {
  const where = folder.splitFile;
  const fix = "Put the old file back, or start a new run.";
  const parsed = splitSchema.safeParse(folder.readSplit());
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw dataError({ where: `${where}, ${path.join(".")}`, expected: "the split of a run", got: message, fix });
  }
  const { hash, train, validation } = parsed.data;
  const saved = splitHash({ train: Uint32Array.from(train), validation: Uint32Array.from(validation) });
  if (hash !== ofRun || saved !== ofRun) {
    const got = hash === ofRun ? `samples of ${saved}` : hash;
    throw dataError({ where, expected: `${ofRun}, as in ${folder.runFile}`, got, fix });
  }
  const now = splitHash(split);
  if (now === ofRun) return;
  throw dataError({
    where,
    expected: `the samples that data, --seed, --validation and --group-by give now (${now})`,
    got: ofRun,
    fix: "Put the old data and groups back, or start a new run.",
  });
}
