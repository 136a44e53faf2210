/** What runs side by side say, as if they had followed each other: what a later one says waits for the end of those before. */
export class InOrder {
  readonly #begin: (run: number) => void;
  readonly #waiting: (() => void)[][];
  readonly #ends: (true | undefined)[] = [];
  #now = -1;

  /** `begin` is called when a run's turn comes. */
  constructor(count: number, begin: (run: number) => void) {
    this.#begin = begin;
    this.#waiting = Array.from({ length: count }, () => []);
    this.#advance();
  }

  say(run: number, what: () => void): void {
    if (run === this.#now) what();
    else this.#waiting[run].push(what);
  }

  /** `what` is the last of the run. */
  end(run: number, what: () => void): void {
    this.say(run, what);
    this.#ends[run] = true;
    while (this.#ends[this.#now]) this.#advance();
  }

  #advance(): void {
    this.#now++;
    if (this.#now >= this.#waiting.length) return;
    this.#begin(this.#now);
    for (const what of this.#waiting[this.#now].splice(0)) what();
  }
}
