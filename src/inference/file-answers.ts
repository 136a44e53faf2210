/** What becomes of the answers about image files: a list, or lines of a table. */
import { type AnswerHead, answerLine, type Candidate, headLine, topClasses, writeTable } from "./answers-table.js";

export interface FilePrediction {
  readonly file: string;
  readonly class: number;
  readonly className: string;
  readonly probabilities: readonly number[];
  /** The likeliest classes, the best first; where they were asked for. */
  readonly top?: readonly Candidate[];
  /** What was done to the image before the net saw it, in order. */
  readonly steps: readonly string[];
}

/** An image, and its place among all that were asked about. */
export interface AskedImage {
  readonly at: number;
  readonly file: string;
  readonly steps: readonly string[];
}

export class FileAnswers {
  readonly counts: number[];
  readonly #classNames: readonly string[];
  readonly #top: number | undefined;
  readonly #csv: string | undefined;
  readonly #head: AnswerHead;
  readonly #predictions: FilePrediction[] = [];
  readonly #lines: string[] = [];
  images = 0;

  constructor(
    classNames: readonly string[],
    { top, csv }: { readonly top?: number | undefined; readonly csv?: string | undefined },
  ) {
    this.#classNames = classNames;
    this.#top = top;
    this.#csv = csv;
    this.counts = classNames.map(() => 0);
    const most = Math.min(top ?? 1, classNames.length);
    this.#head = { id: "file", className: "class", probability: "probability", top: most, more: [] };
  }

  take({ at, file, steps }: AskedImage, probabilities: ArrayLike<number>): void {
    const top = topClasses(probabilities, this.#classNames, this.#head.top);
    const [{ class: winner, className }] = top;
    this.images++;
    this.counts[winner]++;
    if (this.#csv !== undefined) this.#lines[at] = answerLine(file, top, this.#head);
    else {
      const asked = this.#top === undefined ? {} : { top };
      const own = { file, class: winner, className, probabilities: Array.from(probabilities) };
      this.#predictions[at] = { ...own, ...asked, steps };
    }
  }

  finish(): { predictions: readonly FilePrediction[]; counts: readonly number[] } {
    // Images that failed have left holes, which filter passes over.
    if (this.#csv !== undefined) writeTable(this.#csv, [headLine(this.#head), ...this.#lines.filter(() => true)]);
    return { predictions: this.#predictions.filter(() => true), counts: this.counts };
  }
}
