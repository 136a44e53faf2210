/** `result.json`: how a run ended and what came of it, written at every ending that the program sees. */
import { writeAtomically } from "../base/atomic-write.js";
import { dataError } from "../base/errors.js";
import { readSealedJson, sealJson } from "../base/sealed-json.js";
import { shellPath } from "../base/shell-word.js";
import { type TrainDocument, trainDocument } from "../run/documents/train.js";
import type { RunFolder } from "../run/run-folder.js";
import type { RunEnd } from "./events.js";
import { resultDocument } from "./result.js";

/** A result that cannot be saved is no reason to lose it: that is a note. A run without files (null) keeps none. */
export function writeResult(folder: RunFolder | null, end: RunEnd, onNote: (text: string) => void): void {
  if (folder === null) return;
  try {
    folder.assertHeld();
    writeAtomically(folder.resultFile, [sealJson(resultDocument(end), 2)]);
  } catch (error) {
    // A failure has its own message.
    if (end.ended !== "failed") onNote((error as Error).message);
  }
}

/** Throws `dataError` where the file is not as this version wrote it. */
export function readResult({ path: run, resultFile }: RunFolder): TrainDocument {
  const fix = `heddle train --resume ${shellPath(run)} writes it anew.`;
  const parsed = trainDocument.safeParse(readSealedJson(resultFile, { what: "the result of a run", fix }));
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw dataError({ where: `${resultFile}, ${path.join(".")}`, expected: "a run's result", got: message, fix });
}
