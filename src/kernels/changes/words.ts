/** The words of `--augment`: how a list says what is done, and how it is printed again. */

/** A word of the language: what its value must be, and what that sets. */
export interface Word<S> {
  readonly name: string;
  readonly summary: string;
  readonly expected: string;
  /** Null where the text is not what is expected. */
  readonly parse: (text: string) => Partial<S> | null;
  /** Values that say `settings` in this word; none where they are another word's, or off. */
  readonly print: (settings: S) => readonly (string | number)[];
  /** A line on how to mend a value that was refused. */
  readonly fix?: (text: string) => string;
  /** Where the word says something only beside others: whether those are there, and which. */
  readonly beside?: { readonly holds: (settings: S) => boolean; readonly expected: string };
}

type NumberKey<S> = { [K in keyof S]: S[K] extends number ? K : never }[keyof S];

const numberText = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const degreesPerRadian = 180 / Math.PI;
const on = (value: number): number[] => (value > 0 ? [value] : []);
const set = <S>(key: keyof S, value: unknown): Partial<S> => ({ [key]: value }) as Partial<S>;

/** A share above 0, at most (or below) 1. */
export function share<S>(name: string, summary: string, key: NumberKey<S>, below = false): Word<S> {
  return {
    name,
    summary,
    expected: `a number above 0 and ${below ? "below" : "at most"} 1`,
    parse: (text) => {
      const value = numberText.test(text) ? Number(text) : 0;
      return value > 0 && (below ? value < 1 : value <= 1) ? set<S>(key, value) : null;
    },
    print: (settings) => on(settings[key] as number),
  };
}

/** A number above 0. */
export function positive<S>(name: string, summary: string, key: NumberKey<S>, most: number): Word<S> {
  return {
    name,
    summary,
    expected: `a number above 0 and at most ${most}`,
    parse: (text) => {
      const value = numberText.test(text) ? Number(text) : 0;
      return value > 0 && value <= most ? set<S>(key, value) : null;
    },
    print: (settings) => on(settings[key] as number),
  };
}

/** One word for both axes, and one for each. */
export function shares<S>(
  name: string,
  summary: string,
  [height, width]: readonly [NumberKey<S>, NumberKey<S>],
  below = false,
): Word<S>[] {
  const [tall, wide] = [
    share<S>(`${name}-height`, `${summary}, the height alone`, height, below),
    share<S>(`${name}-width`, `${summary}, the width alone`, width, below),
  ];
  const same = (settings: S): boolean => settings[height] === settings[width];
  const alone = (word: Word<S>): Word<S> => ({ ...word, print: (all) => (same(all) ? [] : word.print(all)) });
  return [
    {
      ...tall,
      name,
      summary,
      parse: (text) => {
        const parsed = tall.parse(text);
        return parsed && { ...parsed, ...wide.parse(text) };
      },
      print: (settings) => (same(settings) ? on(settings[height] as number) : []),
    },
    alone(tall),
    alone(wide),
  ];
}

/** An angle with its unit, in degrees. */
export function angle<S>(name: string, summary: string, key: NumberKey<S>, most: number): Word<S> {
  return {
    name,
    summary,
    expected: `an angle with its unit, above 0deg and at most ${most}deg`,
    parse: (text) => {
      const [, number = "", unit] = /^(.*?)\s*(deg|rad)$/i.exec(text) ?? [];
      const degrees = numberText.test(number)
        ? Number(number) * (unit.toLowerCase() === "rad" ? degreesPerRadian : 1)
        : 0;
      return degrees > 0 && degrees <= most ? set<S>(key, degrees) : null;
    },
    print: (settings) => on(settings[key] as number).map((degrees) => `${degrees}deg`),
    fix: (text) => (numberText.test(text) ? `Write ${text}deg for degrees or ${text}rad for radians.` : ""),
  };
}

/** A whole number from 1 on. */
export function count<S>(name: string, summary: string, key: NumberKey<S>, unit: string, most: number): Word<S> {
  return {
    name,
    summary,
    expected: `a whole number of ${unit} from 1 to ${most}`,
    parse: (text) => (/^[1-9]\d*$/.test(text) && Number(text) <= most ? set<S>(key, Number(text)) : null),
    print: (settings) => on(settings[key] as number),
  };
}

/** One of a few names; `print` says which of them are set. */
export function oneOf<S>(
  name: string,
  summary: string,
  values: Readonly<Record<string, Partial<S>>>,
  print: Word<S>["print"],
): Word<S> {
  const expected = Object.keys(values)
    .join(", ")
    .replace(/, ([^,]*)$/, " or $1");
  return {
    name,
    summary,
    expected,
    parse: (text) => (Object.hasOwn(values, text) ? values[text] : null),
    print,
  };
}
