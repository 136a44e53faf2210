/** Test-time augmentation: what a model answers on several views of each image, as one answer. */
import type { ImageShape } from "../base/shape.js";
import { placeOf } from "../data/samples.js";
import type { TrainedLoss } from "../losses/index.js";
import { Answers } from "../metrics/answers.js";
import type { ModelSession } from "./model-session.js";
import { seen } from "./views/index.js";
import type { View } from "./views/view.js";

/** The mean of the views' probabilities, in double, and the loss of it. A pass over the samples for each. */
export async function answersOfViews(session: ModelSession, views: readonly View[]): Promise<Answers> {
  const { dataset, order, engine } = session;
  const images = imagesOf(session);
  const places = Uint32Array.from(order, (_, i) => i);
  const all: Answers[] = [];
  for (const view of views) {
    session.show(seen(images, view, dataset.shape));
    all.push((await engine.score(places)).answers);
  }
  return meanAnswers(all, session.loss);
}

function imagesOf({ dataset, order }: ModelSession): Uint8Array {
  const size = sizeOf(dataset.shape);
  const images = new Uint8Array(order.length * size);
  order.forEach((sample, i) => {
    const { split, at } = placeOf(dataset, sample);
    images.set(split.images.subarray(at * size, (at + 1) * size), i * size);
  });
  return images;
}

const sizeOf = ({ height, width, channels }: ImageShape): number => height * width * channels;

/** As if one net had answered with logits ln mean(p): its softmax is that mean. They need logits. */
export function meanAnswers(all: readonly Answers[], loss: TrainedLoss): Answers {
  const [{ classes, labels, samples }] = all;
  const logits = new Float64Array(samples * classes);
  const [predicted, losses] = [new Int32Array(samples), new Float64Array(samples)];
  const [logs, z, dz] = [new Float64Array(all.length), new Float64Array(classes), new Float64Array(classes)];
  for (let sample = 0; sample < samples; sample++) {
    let best = 0;
    for (let label = 0; label < classes; label++) {
      for (let view = 0; view < all.length; view++) logs[view] = all[view].logProbability(sample, label);
      z[label] = logMeanExp(logs);
      if (z[label] > z[best]) best = label;
    }
    logits.set(z, sample * classes);
    predicted[sample] = best;
    const plain = { partner: null, share: 1, smoothing: 0, scale: 1, parameter: loss.parameter };
    losses[sample] = loss.sample({ z, dz, classes, label: labels[sample], ...plain });
  }
  return new Answers({ classes, labels, predicted, losses, logits });
}

/** ln of the mean of exp(x), also where every exp(x) is below the least number. */
function logMeanExp(x: Float64Array): number {
  const top = x.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = x.reduce((total, value) => total + Math.exp(value - top), 0);
  return top + Math.log(sum / x.length);
}
