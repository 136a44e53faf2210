/** What a model answered on the samples of a split, beside what is true: all that metrics look at. */
import { internalError } from "../base/errors.js";

export interface Answered {
  readonly classes: number;
  /** [samples] the right class of each. */
  readonly labels: ArrayLike<number>;
  /** [samples] the class of the largest logit, the lowest on ties. */
  readonly predicted: ArrayLike<number>;
  /** [samples] the loss that training makes small, without smoothing or weights. */
  readonly losses: ArrayLike<number>;
  /** [samples][classes], where they were kept. */
  readonly logits: ArrayLike<number> | null;
}

/** Of each sample its largest logit, the sum over the other classes of exp(z - largest), and ln(1 + this sum). */
interface Normalizers {
  readonly top: Float64Array;
  readonly rest: Float64Array;
  readonly logs: Float64Array;
}

export class Answers {
  readonly samples: number;
  readonly classes: number;
  readonly labels: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
  readonly losses: ArrayLike<number>;
  readonly #logits: ArrayLike<number> | null;
  #confusion: readonly Uint32Array[] | undefined;
  #normalizers: Normalizers | undefined;

  constructor({ classes, labels, predicted, losses, logits }: Answered) {
    this.samples = labels.length;
    [this.classes, this.labels, this.predicted, this.losses] = [classes, labels, predicted, losses];
    this.#logits = logits;
  }

  /** [samples][classes]; only for metrics that say `needsLogits`. */
  get logits(): ArrayLike<number> {
    if (!this.#logits) throw internalError("a metric reads logits without saying that it needs them");
    return this.#logits;
  }

  get hasLogits(): boolean {
    return this.#logits !== null;
  }

  /** Those of the samples from `from` to before `to`. */
  part(from: number, to: number): Answers {
    const { classes, labels, predicted, losses } = this;
    const cut = (list: ArrayLike<number>, each = 1): ArrayLike<number> =>
      ArrayBuffer.isView(list)
        ? (list as Float64Array).subarray(each * from, each * to)
        : Array.prototype.slice.call(list, each * from, each * to);
    return new Answers({
      classes,
      labels: cut(labels),
      predicted: cut(predicted),
      losses: cut(losses),
      logits: this.#logits && cut(this.#logits, classes),
    });
  }

  /** confusion[true class][predicted class]: counts. */
  get confusion(): readonly Uint32Array[] {
    if (this.#confusion) return this.#confusion;
    const confusion = Array.from({ length: this.classes }, () => new Uint32Array(this.classes));
    for (let i = 0; i < this.samples; i++) confusion[this.labels[i]][this.predicted[i]]++;
    this.#confusion = confusion;
    return confusion;
  }

  /** ln p of a class, in double from the logits: exact where p rounds to 0 or 1. Needs logits. */
  logProbability(sample: number, label: number): number {
    const { top, logs } = this.#softmax;
    return this.logits[sample * this.classes + label] - top[sample] - logs[sample];
  }

  /** p of the predicted class, in double. Needs logits. */
  topProbability(sample: number): number {
    return 1 / (1 + this.#softmax.rest[sample]);
  }

  get #softmax(): Normalizers {
    if (this.#normalizers) return this.#normalizers;
    const { samples, classes, logits, predicted } = this;
    const [top, rest] = [new Float64Array(samples), new Float64Array(samples)];
    for (let i = 0; i < samples; i++) {
      top[i] = logits[i * classes + predicted[i]];
      for (let j = 0; j < classes; j++) if (j !== predicted[i]) rest[i] += Math.exp(logits[i * classes + j] - top[i]);
    }
    this.#normalizers = { top, rest, logs: rest.map(Math.log1p) };
    return this.#normalizers;
  }

  /** Samples whose predicted class is their own. */
  get correct(): number {
    return this.confusion.reduce((sum, row, label) => sum + row[label], 0);
  }
}
