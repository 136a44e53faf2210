/** The optimizers' update of some weights. */
import { internalError } from "../../base/errors.js";
import { loopNames, loops } from "../../optim/index.js";
import { penalty, ruleScalars } from "../layout.js";
import type { Real } from "./operation.js";
import { type Part, pack, roundingOf, unpack } from "./plain.js";

/** Updates the weights w from the gradient g. */
export type Update = (w: Real, g: Real, state: readonly Real[]) => void;

/** The scalars of the rule that an update names, in the format of weights like these. */
export const scalarsOf = (named: number, hyperparameters: Float64Array, like: Real): number[] => {
  const at = Math.floor(named / 64) * ruleScalars;
  return Array.from(hyperparameters.subarray(at, at + ruleScalars), roundingOf(like));
};

/** The loop that is named (`ruleWord`), after the penalties, with the numbers of this step. */
export function updateOf(named: number, hyperparameters: Float64Array, like: Real): Update {
  const loop = loops.get(loopNames[named % 64]);
  if (loop === undefined) throw internalError(`no optimizer has the number ${named % 64}`);
  const scalars = scalarsOf(named, hyperparameters, like);
  if (!scalars[penalty.active]) return (w, g, state) => loop(w, g, state, scalars);
  return (w, g, state) => {
    const changed = penalize(w, g, scalars);
    loop(w, changed, state, scalars);
  };
}

/** Clips, scales and adds decay and L1 to the gradient, which it gives back; shrinks the weights. */
function penalize(w: Real, g: Real, scalars: readonly number[]): Real {
  const [clip, factor, decay, l1, shrink] = ["clip", "factor", "decay", "l1", "shrink"].map(
    (name) => scalars[penalty[name as keyof typeof penalty]],
  );
  const changed = g.map((value, i) => {
    // A gradient that is not a number stays one.
    const clipped = value > clip ? clip : value < -clip ? -clip : value;
    return clipped * factor + decay * w[i] + l1 * Math.sign(w[i]);
  });
  for (let i = 0; i < w.length; i++) w[i] *= shrink;
  return changed;
}

/** Updates a part of a packed matrix of [rows][columns] from that part's gradient; gives back its new weights. */
export function updatePart(
  { w, state, optimizer }: { readonly w: Real; readonly state: readonly Real[]; readonly optimizer: number },
  rows: number,
  columns: number,
  part: Part,
  dw: readonly Real[],
  hyperparameters: Float64Array,
): Real[] {
  const update = updateOf(optimizer, hyperparameters, w);
  const [weights, ...states] = [w, ...state].map((packed) => unpack(packed, rows, columns, part));
  for (const [i, row] of weights.entries()) {
    const ofRow = states.map((kind) => kind[i]);
    update(row, dw[i], ofRow);
  }
  const [top, left] = [part.rows[0], part.columns[0]];
  for (const [i, packed] of [w, ...state].entries()) pack([weights, ...states][i], packed, rows, columns, top, left);
  return weights;
}
