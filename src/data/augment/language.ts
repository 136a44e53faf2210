/** The list language of `--augment`: "rotate 8deg, shift 0.08, flip horizontal, crop 4". */
import { didYouMean, type HeddleError, usageError } from "../../errors.js";
import { type Augmentation, type AugmentationPreset, fillRules, noAugmentation } from "./augmentation.js";

/** A word of the language: what its value must be, and what that sets. */
interface Item {
  readonly name: string;
  readonly summary: string;
  readonly expected: string;
  /** Null where the text is not what is expected. */
  readonly parse: (text: string) => Partial<Augmentation> | null;
  /** Values that say `settings` in this word; none where they are another word's, or off. */
  readonly print: (settings: Augmentation) => readonly (string | number)[];
  /** A line on how to mend a value that was refused. */
  readonly fix?: (text: string) => string;
}

type NumberKey = { [K in keyof Augmentation]: Augmentation[K] extends number ? K : never }[keyof Augmentation];

const numberText = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const degreesPerRadian = 180 / Math.PI;
const on = (value: number): number[] => (value > 0 ? [value] : []);

/** A share above 0, at most (or below) 1. */
function share(name: string, summary: string, key: NumberKey, below = false): Item {
  return {
    name,
    summary,
    expected: `a number above 0 and ${below ? "below" : "at most"} 1`,
    parse: (text) => {
      const value = numberText.test(text) ? Number(text) : 0;
      return value > 0 && (below ? value < 1 : value <= 1) ? { [key]: value } : null;
    },
    print: (settings) => on(settings[key]),
  };
}

/** One word for both axes, and one for each. */
function shares(name: string, summary: string, height: NumberKey, width: NumberKey, below = false): Item[] {
  const [tall, wide] = [
    share(`${name}-height`, `${summary}, the height alone`, height, below),
    share(`${name}-width`, `${summary}, the width alone`, width, below),
  ];
  const same = (settings: Augmentation): boolean => settings[height] === settings[width];
  const alone = (item: Item): Item => ({ ...item, print: (settings) => (same(settings) ? [] : item.print(settings)) });
  return [
    {
      ...tall,
      name,
      summary,
      parse: (text) => {
        const parsed = tall.parse(text);
        return parsed && { ...parsed, ...wide.parse(text) };
      },
      print: (settings) => (same(settings) ? on(settings[height]) : []),
    },
    alone(tall),
    alone(wide),
  ];
}

/** An angle with its unit, in degrees. */
function angle(name: string, summary: string, key: NumberKey, most: number): Item {
  return {
    name,
    summary,
    expected: `an angle with its unit, above 0deg and at most ${most}deg`,
    parse: (text) => {
      const [, number = "", unit] = /^(.*?)\s*(deg|rad)$/i.exec(text) ?? [];
      const degrees = numberText.test(number)
        ? Number(number) * (unit.toLowerCase() === "rad" ? degreesPerRadian : 1)
        : 0;
      return degrees > 0 && degrees <= most ? { [key]: degrees } : null;
    },
    print: (settings) => on(settings[key]).map((degrees) => `${degrees}deg`),
    fix: (text) => (numberText.test(text) ? `Write ${text}deg for degrees or ${text}rad for radians.` : ""),
  };
}

export const items: readonly Item[] = [
  angle("rotate", "turn by up to that, either way", "rotate", 180),
  ...shares("shift", "move by up to that share of the image", "shiftHeight", "shiftWidth"),
  angle("shear", "lean by up to that", "shear", 89),
  ...shares("zoom", "stretch or squeeze each axis by up to that share", "zoomHeight", "zoomWidth", true),
  {
    name: "flip",
    summary: "mirror every second image",
    expected: "horizontal or vertical",
    parse: (text) =>
      text === "horizontal" ? { flipHorizontal: true } : text === "vertical" ? { flipVertical: true } : null,
    print: ({ flipHorizontal, flipVertical }) => [
      ...(flipHorizontal ? ["horizontal"] : []),
      ...(flipVertical ? ["vertical"] : []),
    ],
  },
  {
    name: "fill",
    summary: "what lies outside a moved image: its edge (default), 0, or its reflection",
    expected: fillRules.join(", ").replace(/, ([^,]*)$/, " or $1"),
    parse: (text) => {
      const fill = fillRules.find((rule) => rule === text);
      return fill ? { fill } : null;
    },
    print: ({ fill }) => [fill],
  },
  share("contrast", "change the contrast by up to that share", "contrast"),
  share("brightness", "add up to that share of the largest value", "brightness"),
  share("noise", "add normals of that deviation, as a share of the largest value", "noise"),
  {
    name: "crop",
    summary: "pad with so many pixels of 0, then crop at random",
    expected: "a whole number of pixels from 1 to 1024",
    parse: (text) => (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1024 ? { crop: Number(text) } : null),
    print: ({ crop }) => on(crop),
  },
  share("erase", "make a rectangle 0, with that probability", "erase"),
];

/** What does not move an image out of its frame needs no fill rule. */
const moves = ({ rotate, shiftHeight, shiftWidth, shear, zoomHeight, zoomWidth }: Augmentation): boolean =>
  Math.max(rotate, shiftHeight, shiftWidth, shear, zoomHeight, zoomWidth) > 0;

/** The settings as a list that gives them again, in one form. */
export function printList(settings: Augmentation): string {
  const said = items.filter(({ name }) => name !== "fill" || moves(settings));
  return said.flatMap(({ name, print }) => print(settings).map((value) => `${name} ${value}`)).join(", ");
}

/** Reads a list whose items may also be names of presets. Throws `usageError`; `where` is what the user gave it to. */
export function parseList(text: string, presets: readonly AugmentationPreset[], where: string): Augmentation {
  const settings: Partial<Augmentation> = {};
  for (const part of text.split(",").map((word) => word.trim())) {
    const preset = presets.find(({ name }) => name === part);
    const parsed = preset ? changesOf(parseList(preset.list, [], where)) : parseItem(part, presets, where);
    const twice = Object.keys(parsed).find((key) => key in settings);
    if (twice !== undefined) {
      throw usageError({ where, expected: "every change once", got: `"${part}" after another that sets the same` });
    }
    Object.assign(settings, parsed);
  }
  const augmentation = { ...noAugmentation, ...settings };
  if (settings.fill !== undefined && !moves(augmentation)) {
    const expected = "a fill rule only where images are turned, moved, leant or zoomed";
    throw usageError({ where, expected, got: `"${text}"`, fix: "Leave fill out." });
  }
  return augmentation;
}

/** What a preset sets; a fill rule is its own where it moves images. */
const changesOf = (settings: Augmentation): Partial<Augmentation> =>
  Object.fromEntries(
    Object.entries(settings).filter(([key, value]) =>
      key === "fill" ? moves(settings) : value !== noAugmentation[key as keyof Augmentation],
    ),
  );

function parseItem(part: string, presets: readonly AugmentationPreset[], where: string): Partial<Augmentation> {
  const [, name, value] = /^(\S*)\s*(.*)$/.exec(part) ?? ["", part, ""];
  const item = items.find((candidate) => candidate.name === name);
  if (!item) throw unknownItem(part, name, presets, where);
  const parsed = item.parse(value);
  if (parsed) return parsed;
  const fix = item.fix?.(value);
  throw usageError({
    where: `${where}, ${name}`,
    expected: item.expected,
    got: value === "" ? "nothing" : `"${value}"`,
    ...(fix && { fix }),
  });
}

function unknownItem(part: string, name: string, presets: readonly AugmentationPreset[], where: string): HeddleError {
  const [known, words] = [presets, items].map((list: readonly { readonly name: string }[]) =>
    list.map((one) => one.name),
  );
  const expected = `a preset (${known.join(", ")}) or a list of ${words.join(", ")}`;
  return usageError({ where, expected, got: `"${part}"`, fix: didYouMean(name, [...known, ...words]) });
}
