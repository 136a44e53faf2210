/** Labels as a file writes them, before anybody knows the classes: each different text once, and which one a sample has. */
export class LabelColumn {
  /** The different texts, in the order in which they come. */
  readonly texts: string[] = [];
  /** The first sample of each text. */
  readonly first: number[] = [];
  /** Which of the texts each sample has. */
  readonly of: Uint32Array;
  readonly #numbers = new Map<string, number>();

  constructor(count: number) {
    this.of = new Uint32Array(count);
  }

  static from(texts: Iterable<string | number | bigint>, count: number): LabelColumn {
    const column = new LabelColumn(count);
    let sample = 0;
    for (const text of texts) column.set(sample++, `${text}`);
    return column;
  }

  /** The labels of these samples alone. */
  take(samples: Uint32Array): LabelColumn {
    const taken = new LabelColumn(samples.length);
    for (const [i, sample] of samples.entries()) taken.set(i, this.texts[this.of[sample]]);
    return taken;
  }

  /** Samples are set in their order, each once. */
  set(sample: number, text: string): void {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.#numbers.set(text, number);
      this.texts.push(text);
      this.first.push(sample);
    }
    this.of[sample] = number;
  }
}
