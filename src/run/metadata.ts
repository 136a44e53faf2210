/** What a model file says of its run beside the weights. */
import { bordersOf } from "../data/border.js";
import type { Reading } from "../data/dataset.js";
import type { ModelMetadata } from "../model/model-file.js";
import type { Session } from "./session.js";
import { splitHash } from "./split-file.js";

/** Nothing here may differ between equal runs. */
export function metadataOf(session: Session, hash: string): ModelMetadata {
  const { config, dataset, net, preprocessing, minibatch, loss } = session;
  const { model, seed, epochs, optimizer, schedule, lr, validation, subset, shuffle, dtype, exactConv } = config;
  const { accumulate, clipValue, clipNorm, maxNorm, l1, ema } = config;
  const { validationSplit, groupBy, labelSmoothing, targetNoise, augment, skipBad, test, fold } = config;
  return {
    schema: 1,
    architecture: net.spec,
    preprocessing,
    classNames: dataset.classes,
    provenance: {
      model,
      dataset: dataset.name,
      dataHash: hash,
      seed,
      notes: dataset.notes,
      ...(session.mistakes && { asPublished: session.mistakes }),
      ...readingOf(session),
      border: bordersOf(dataset, session.train),
      ...(skipBad > 0 && { skipBad }),
      ...(dataset.incomplete && { incomplete: dataset.incomplete }),
      epochs,
      batchSize: minibatch,
      ...(accumulate > 1 && { accumulate }),
      optimizer,
      lr,
      ...(config.groups !== undefined && { groups: config.groups }),
      ...(config.freeze !== undefined && { freeze: config.freeze }),
      ...(config.unfreezeAt !== undefined && { unfreezeAt: config.unfreezeAt }),
      ...(clipValue !== undefined && { clipValue }),
      ...(clipNorm !== undefined && { clipNorm }),
      ...(maxNorm !== undefined && { maxNorm }),
      ...(l1 > 0 && { l1 }),
      ...(ema !== undefined && { ema }),
      ...(schedule.name !== "constant" && { schedule }),
      loss: config.loss,
      ...(labelSmoothing > 0 && { labelSmoothing }),
      ...(loss.classWeights && { classWeights: loss.classWeights }),
      ...(targetNoise > 0 && { targetNoise }),
      ...(augment !== "none" && { augment }),
      validation,
      ...(test !== undefined && { test }),
      ...(fold !== undefined && { fold }),
      ...(validationSplit !== "stratified" && { validationSplit }),
      ...(groupBy !== undefined && { groupBy }),
      ...(subset !== undefined && { subset }),
      splitHash: splitHash(session),
      shuffle,
      dtype,
      ...(exactConv && { exactConv }),
    },
  };
}

/** How files became pixels, so that others are treated alike: as it was asked for, or as loading chose. */
function readingOf({ config, dataset }: Session): Reading {
  const { imageSize, fit, channels, label, layout, order, paper, maximum, maxMegapixels } = config;
  return {
    ...(imageSize !== undefined && { imageSize }),
    // Images of one size need none in training; those that the model is asked about later do.
    ...((imageSize !== undefined || fit !== "pad") && { fit }),
    ...(channels !== undefined && { channels }),
    ...(label !== undefined && { label }),
    ...(layout !== undefined && { layout }),
    ...(order !== undefined && { order }),
    ...(paper !== undefined && { paper }),
    ...(maximum !== undefined && { maximum }),
    ...(maxMegapixels !== undefined && { maxMegapixels }),
    ...dataset.reading,
  };
}
