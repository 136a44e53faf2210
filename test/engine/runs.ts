/** Whole training runs inside the test's process, each in a folder of its own that goes away with the test. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type TrainConfig, type TrainConfigInput, trainConfigSchema } from "../../src/config/schema.js";
import { nativeStatus } from "../../src/kernels/native.js";
import type { TrainEvent, TrainResult } from "../../src/train/events.js";
import { train } from "../../src/train/trainer.js";

export type Settings = TrainConfigInput;

export interface RunOptions {
  readonly onEvent?: (event: TrainEvent) => void;
}

/** The configuration with these settings; the back end is the one under test. */
export const configOf = (settings: Settings): TrainConfig =>
  trainConfigSchema.parse({ backend: process.env["HEDDLE_BACKEND"] ?? "auto", ...settings });

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-engine-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The note of more ranks than cores: whether it comes depends on where tests run. */
export const isOfThreads = (note: string): boolean => /^\d+ threads share /.test(note);

/** Trains to the end. */
export async function run(t: TestContext, settings: Settings, { onEvent }: RunOptions = {}): Promise<TrainResult> {
  const config = configOf({ out: join(temporaryFolder(t), "run"), ...settings });
  const outcome = await train({ config, sources: {}, onEvent: onEvent ?? (() => {}) });
  assert.equal(outcome.status, "done");
  return outcome.result;
}

/** What may not depend on threads, instruction set or the day: all but the run's name and its times. */
export function numbersOf(result: TrainResult): unknown {
  const { weightsHash, modelHash, bestEpoch, train: training, validation, test } = result;
  return { weightsHash, modelHash, bestEpoch, train: training, validation, test };
}

/** Instruction sets whose results agree to the bit; `generic` is held to tolerances. */
export const vectorIsas = nativeStatus().isas.filter((isa) => isa === "avx512" || isa === "avx2");

/** Ranks read the variable when they load their kernels: it is copied to a thread when that starts. */
export async function withIsa<T>(isa: string, work: () => Promise<T>): Promise<T> {
  const before = process.env["HEDDLE_ISA"];
  process.env["HEDDLE_ISA"] = isa;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env["HEDDLE_ISA"];
    else process.env["HEDDLE_ISA"] = before;
  }
}
