/** Labels in another order than the outputs: the confusion matrix is right, only its columns are exchanged. */
import { someOf } from "../../base/finding.js";
import { percent } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { bestAssignment } from "../assignment.js";
import type { RunCheck } from "../check.js";

/** The search takes the cube of the classes. */
const mostClasses = 300;

export const classOrder: RunCheck = {
  name: "class-order",
  summary: "outputs that are right under another order of the classes",
  run({ measured }) {
    if (!measured || measured.classNames.length > mostClasses) return [];
    const { answers, name } = mainSplit(measured);
    const { confusion, correct, samples } = answers;
    const order = bestAssignment(confusion);
    const right = order.reduce((sum, guess, label) => sum + confusion[label][guess], 0);
    // At chance any matrix has an order that looks a little better.
    if (right / samples <= 0.5 || right < 2 * correct) return [];
    const { classNames } = measured;
    const moved = order.flatMap((guess, label) =>
      guess === label ? [] : [`${classNames[label]} answers as ${classNames[guess]}`],
    );
    return [
      {
        id: "class-order",
        severity: "error",
        evidence: `${percent(correct / samples)} of the ${name} split are right, but ${percent(right / samples)} would be if the classes stood in another order: ${someOf(moved, 10)}.`,
        fix: "Compare the order of the class names with that of the labels the model was trained on.",
      },
    ];
  },
};
