import { losses as all, type LossName } from "../../losses/index.js";
import type { Loss } from "../../losses/loss.js";
import { softmax } from "../../losses/softmax.js";
import { mixNumbers } from "../mixes/index.js";
import { padded } from "../panels.js";
import { type Operation, operation, type Real, type TwinValues } from "./operation.js";
import { lanesOf, roundingOf } from "./plain.js";

/** The most probable class, the lowest on ties. */
function argmax(z: Real, classes: number): number {
  let best = 0;
  for (let i = 1; i < classes; i++) if (z[i] > z[best]) best = i;
  return best;
}

/** What a place is taught: its label, and where its image was mixed with one of another class, that one's too. */
function taughtAt(
  { labels, order, partners, mixes }: Pick<TwinValues<typeof ofLoss>, "labels" | "order" | "partners" | "mixes">,
  place: number,
): { readonly label: number; readonly partner: number | null; readonly share: number } {
  const own = labels[order[place]];
  const other = partners ? labels[partners[place]] : own;
  const share = mixes ? mixes[place * mixNumbers] : 1;
  if (other === own || share === 1) return { label: own, partner: null, share: 1 };
  return share === 0 ? { label: other, partner: null, share: 1 } : { label: own, partner: other, share };
}

const ofLoss =
  "z[] dz[] labels*16 order*32 weights*64? partners*32? mixes*64? loss*64 plain*64? correct*64? flag*32? classes smoothing~ parameter~ byPlace";

/**
 * A loss of each sample, from logits z to their gradient dz, both [rows][classes]. A sample counts what `weights` says of its
 * class, or 1; of a mixed image both labels count by their shares, in the target and in the weight. `plain` gets the loss of the
 * unsmoothed target, unweighted. Losses stand by the row of the chunk, or by the place in the order where `byPlace` is 1.
 */
const lossOperation = ({ native, sample }: Loss): Operation<typeof ofLoss> =>
  operation({
    signature: ofLoss,
    native,
    cut: "rows",
    twin(values, step) {
      const { z, dz, weights, loss, plain, correct, flag, classes, smoothing, parameter, byPlace } = values;
      for (let r = step.first; r < step.first + step.rows; r++) {
        const [logits, gradient] = [z.row(r), dz.row(r)];
        const { label, partner, share } = taughtAt(values, step.cursor + r);
        const weight = weights ? share * weights[label] + (partner === null ? 0 : (1 - share) * weights[partner]) : 1;
        const scale = roundingOf(gradient)(step.scale * weight);
        const of = { z: logits, dz: gradient, classes, label, partner, share, parameter };
        const unsmoothed = plain ? sample({ ...of, smoothing: 0, scale }) : 0;
        const value = weight * sample({ ...of, smoothing, scale });
        gradient.fill(0, classes, padded(classes, lanesOf(gradient)));
        const at = byPlace ? step.cursor + r : r;
        loss[at] = value;
        if (plain) plain[at] = unsmoothed;
        // The label that weighs more.
        const right = share < 0.5 ? partner : label;
        if (correct) correct[at] = argmax(logits, classes) === right ? 1 : 0;
        if (flag && !Number.isFinite(value)) Atomics.store(flag, 0, 1);
      }
    },
  });

type LossOperations = { readonly [L in LossName]: Operation<typeof ofLoss> };

export const loss = {
  ...(Object.fromEntries(all.map((each) => [each.operation, lossOperation(each)])) as LossOperations),

  /** Predicted class of each sample, and its logits and probabilities where they are kept, by place in the order. */
  predict: operation({
    signature: "z[] p[] predicted*32 logits*? probabilities*? classes",
    native: "loss/predict.h",
    cut: "rows",
    twin({ z, p, predicted, logits, probabilities, classes }, { cursor, first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const [own, at] = [z.row(r), cursor + r];
        predicted[at] = argmax(own, classes);
        logits?.set(own.subarray(0, classes), at * classes);
        if (!probabilities) continue;
        const scratch = p.row(r);
        softmax(own, scratch, classes);
        scratch.fill(0, classes, padded(classes, lanesOf(scratch)));
        probabilities.set(scratch.subarray(0, classes), at * classes);
      }
    },
  }),

  /**
   * Adds the samples' losses in batch order. totals: plain loss, correct and samples of the epoch so far; the loss that is
   * trained on, of this minibatch so far. Without `plain` they are the same.
   */
  sumLoss: operation({
    signature: "loss*64 plain*64? correct*64 totals*64",
    native: "loss/sum_loss.h",
    cut: "whole",
    twin({ loss: losses, plain, correct, totals }, { chunk, start }) {
      if (start) totals[3] = 0;
      for (let r = 0; r < chunk; r++) {
        totals[0] += (plain ?? losses)[r];
        totals[1] += correct[r];
        totals[3] += losses[r];
      }
      totals[2] += chunk;
    },
  }),
};
