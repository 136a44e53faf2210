/** What a person should know of a run that is over before taking its score for anything: hopeless, diverged, or not done yet. */
import type { Finding } from "../base/finding.js";
import { shellWord } from "../base/shell-word.js";
import { count, counted, percent } from "../base/text.js";
import { countLabels } from "../data/count-labels.js";
import { splitsOf } from "../data/samples.js";
import { bestGuess, type Guess, guessOf } from "../metrics/guess.js";
import type { Score } from "../metrics/score.js";
import { wilson } from "../metrics/wilson.js";
import type { Ending } from "../run/documents/train.js";
import type { Session } from "../run/session.js";
import type { Progress } from "./progress.js";

export interface Hindsight {
  /** What the accuracy of the split that says most must beat. */
  readonly guess: Guess;
  readonly findings: readonly Finding[];
}

/** With fewer samples a share says little. */
const enoughSamples = 100;
/** A share of the running statistics that shows. */
const youngAbove = 0.02;
/** A training loss that is larger by that factor than it was has grown. */
const grown = 1.1;

export function hindsight(session: Session, progress: Progress, test: Score | null, ended: Ending): Hindsight {
  const best = progress.best!;
  const score = test ?? best.validation ?? best.train!;
  const samples = score === test ? session.test : score === best.validation ? session.validation : session.train;
  const { classes } = session.dataset;
  const labels = splitsOf(session.dataset).flatMap((split) => Array.from(split.labels));
  const guess = guessOf(countLabels(labels, classes.length, samples), classes);
  const hopeless = hopelessness(session, progress, score, guess);
  const young = youngStatistics(session, progress);
  const findings = hopeless
    ? [hopeless, ...young]
    : [...lossGrew(session, progress), ...young, ...unfinished(progress, ended)];
  return { guess, findings };
}

/** Null where the accuracy is above that of guessing by more than chance explains. */
function hopelessness(session: Session, progress: Progress, score: Score, guess: Guess): Finding | null {
  const accuracy = score.values["accuracy"] ?? 0;
  const floor = bestGuess(guess);
  if (isAbove(accuracy, score.samples, floor)) return null;
  const { className, share } = guess.always;
  const far = score.samples < enoughSamples ? `, as far as ${counted(score.samples, "image")} can tell` : "";
  const evidence = `This is no better than guessing${far}: ${percent(accuracy)} of the ${score.split} split, and always saying ${className} gives ${percent(share)}.`;
  return { id: "no-better-than-guessing", severity: "warning", evidence, fix: remedy(session, progress, floor) };
}

const isAbove = (share: number, samples: number, floor: number): boolean => (wilson(share, samples)?.low ?? 0) > floor;

function remedy({ config, dataset }: Session, { best, last }: Progress, floor: number): string {
  const train = (last ?? best)?.train;
  const loss = train?.values["loss"] ?? 0;
  const uniform = Math.log(dataset.classes.length);
  if (config.loss.name === "cross-entropy" && loss > grown * uniform) {
    const evidence = `The training loss, ${loss.toPrecision(3)}, is above that of guessing, ${uniform.toPrecision(3)}`;
    return `${evidence}: the steps are too large. Try --lr ${smaller(config.lr)}.`;
  }
  const accuracy = train?.values["accuracy"] ?? 0;
  if (train && isAbove(accuracy, train.samples, floor)) {
    const seen = `It knows its training images (${percent(accuracy)}) and no others`;
    return `${seen}: try more images, --augment or a smaller --model, and look whether the splits are alike (heddle data show ${shellWord(config.dataset)}).`;
  }
  return `Try more --epochs, another --lr or --model, and look whether the labels are right (heddle data show ${shellWord(config.dataset)}).`;
}

/** A tenth of it, and no more than what suits most nets. */
const smaller = (lr: number): number => Number(Math.min(1e-3, lr / 10).toPrecision(2));

/** What training makes small became larger again. */
function lossGrew({ config }: Session, { best, last, epoch }: Progress): Finding[] {
  const [then, now] = [best?.train?.values["loss"] ?? null, last?.train?.values["loss"] ?? null];
  if (then === null || now === null || now <= grown * then) return [];
  const evidence = `The training loss grew, from ${then.toPrecision(3)} in epoch ${best!.epoch} to ${now.toPrecision(3)} in epoch ${count(epoch)}.`;
  const fix = `Try --lr ${smaller(config.lr)}, or a --schedule that lowers it.`;
  return [{ id: "loss-grew", severity: "warning", evidence, fix }];
}

/** Running statistics that are still in good part the 0 and 1 that they began with: evaluation takes them, training does not. */
function youngStatistics({ net }: Session, { totalSteps }: Progress): Finding[] {
  const momenta = net.layers.flatMap(({ spec }) => (spec.type === "batch-norm" ? [spec["momentum"] as number] : []));
  const left = momenta.length > 0 ? (1 - Math.min(...momenta)) ** totalSteps : 0;
  if (left < youngAbove) return [];
  const evidence = `The running statistics of batch norm saw ${counted(totalSteps, "update")}: ${percent(left)} of them is what they began with, so scores are lower than in training.`;
  return [{ id: "young-statistics", severity: "note", evidence, fix: "Train longer, or on smaller minibatches." }];
}

function unfinished({ best, epoch }: Progress, ended: Ending): Finding[] {
  const isEarly = ended === "early-stop" || ended === "stop-at";
  if (!best?.validation || best.epoch < epoch || epoch < 2 || isEarly) return [];
  const evidence = `Epoch ${count(epoch)}, the last, was the best: it was still improving.`;
  return [{ id: "still-improving", severity: "note", evidence, fix: `Try --epochs ${2 * epoch}.` }];
}
