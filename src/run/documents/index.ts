/**
 * The documents that `--json` prints: one schema each, all of them in one JSON Schema (`docs/documents.schema.json`). What
 * a command prints and what is said here are held together by a test that runs every command.
 */
import { z } from "zod";
import { compareDocument } from "./compare.js";
import { dataFetchDocument, dataInfoDocument, dataListDocument, dataVerifyDocument } from "./data.js";
import { findRateDocument } from "./find-rate.js";
import {
  benchGemmDocument,
  benchPredictDocument,
  benchScalingDocument,
  benchStepDocument,
  doctorDocument,
  doctorRunDocument,
  profileDocument,
} from "./machine.js";
import { reproDocument, reproListDocument, reproSpeedDocument } from "./repro.js";
import { repeatDocument, searchDocument } from "./search.js";
import { summaryDocument } from "./summary.js";
import { replayDocument, trainDocument, verifyDocument } from "./train.js";
import { evaluateDocument, explainDocument, predictDocument, predictFilesDocument } from "./use.js";

/** By the command, in camelCase. */
export const documents = {
  train: trainDocument,
  findRate: findRateDocument,
  trainRepeated: repeatDocument,
  search: searchDocument,
  reproList: reproListDocument,
  repro: reproDocument,
  reproSpeed: reproSpeedDocument,
  verify: verifyDocument,
  replay: replayDocument,
  evaluate: evaluateDocument,
  explain: explainDocument,
  predict: predictDocument,
  predictFiles: predictFilesDocument,
  compare: compareDocument,
  summary: summaryDocument,
  dataList: dataListDocument,
  dataInfo: dataInfoDocument,
  dataVerify: dataVerifyDocument,
  dataFetch: dataFetchDocument,
  doctor: doctorDocument,
  doctorRun: doctorRunDocument,
  profile: profileDocument,
  benchStep: benchStepDocument,
  benchScaling: benchScalingDocument,
  benchGemm: benchGemmDocument,
  benchPredict: benchPredictDocument,
} as const;

/** JSON Schema (draft 2020-12) with one definition for each document: `#/$defs/train`. */
export function documentsSchema(): Readonly<Record<string, unknown>> {
  const definitions = Object.entries(documents).map(([name, schema]) => {
    const definition: Record<string, unknown> = z.toJSONSchema(schema);
    delete definition["$schema"];
    return [name, definition];
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What heddle prints with --json",
    $defs: Object.fromEntries(definitions) as unknown,
  };
}
