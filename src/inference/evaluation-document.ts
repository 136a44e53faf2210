/** An evaluation as `--json` prints it. */
import { measuredDocument } from "../metrics/index.js";
import type { EvaluateDocument } from "../run/documents/use.js";
import type { Evaluation } from "./evaluate.js";

/** What `heddle evaluate --json` prints. */
export function evaluationDocument(evaluation: Evaluation): EvaluateDocument {
  const { model, dataset, score, guess, classNames, confusion, perClass, unknown, threshold, tta } = evaluation;
  const measured = measuredDocument(score);
  return {
    schema: 1,
    model,
    dataset,
    ...measured,
    auc: { ...(measured["auc"] as object), perClass: perClass.map(({ values }) => values["auc"]) },
    perClass: perClass.map(({ values, ...of }) => ({ ...of, ...values })),
    guess,
    classNames,
    confusion,
    confusionByRow: confusion.map(shares),
    confusionAxes: ["true", "predicted"],
    unknown,
    ...(tta && { tta }),
    ...(threshold && { threshold }),
  } as unknown as EvaluateDocument;
}

/** Of a row's sum; null where that is 0. */
function shares(row: readonly number[]): (number | null)[] {
  const total = row.reduce((sum, count) => sum + count, 0);
  return row.map((count) => (total > 0 ? count / total : null));
}
