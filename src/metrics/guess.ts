/** What an accuracy must beat to mean anything. */

export interface Guess {
  /** Right by chance: 1 / classes. */
  readonly chance: number;
  /** Right by always saying the commonest class: that class, and its share of the samples. */
  readonly always: { readonly className: string; readonly share: number };
}

/** `counts`: samples of each class, in label order; all of at least one class. The first of equally common classes counts. */
export function guessOf(counts: readonly number[], classNames: readonly string[]): Guess {
  const total = counts.reduce((sum, n) => sum + n, 0);
  const most = counts.indexOf(Math.max(...counts));
  return { chance: 1 / classNames.length, always: { className: classNames[most], share: counts[most] / total } };
}

/** The better of both: the accuracy of whoever looks at no image. */
export const bestGuess = ({ chance, always }: Guess): number => Math.max(chance, always.share);
