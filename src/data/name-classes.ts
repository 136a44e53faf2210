/**
 * From labels as they are written to classes: names sorted, numbers ascending whatever their gaps, and what says that a class
 * is not known (an empty cell, -1) is no class.
 */
import { dirname } from "node:path";
import { dataError, type HeddleError } from "../base/errors.js";
import type { Split } from "../base/shape.js";
import { shellWord } from "../base/shell-word.js";
import { count } from "../base/text.js";
import type { LabelColumn } from "../formats/labels.js";
import type { LoadOptions } from "./dataset.js";
import { type RawSplit, type RawSplits, takeSamples } from "./raw-split.js";
import { isTableName } from "./split-words.js";

export interface NamedSplits {
  /** Class names in label order. */
  readonly classes: readonly string[];
  readonly train: Split;
  readonly test: Split | null;
  readonly validation: Split | null;
  readonly notes: readonly string[];
}

/** Names of the labels 0, 1, 2 …, some of which may have none. */
export interface GivenNames {
  readonly texts: readonly (string | undefined)[];
  /** True for a set whose classes are these, whatever labels there are; false for names that are used where they fit. */
  readonly isFixed: boolean;
  /** What to do about a label that has no such name, where it is not to take the files for one's own. */
  readonly fix?: string;
}

const mostClasses = 65_536;
/** More labels than that, and one for every second sample: that is no label. */
const suspicious = 100;
/** More labels than that, each of another sample: that is a name of the sample. */
const mostAlone = 10;

const unknownTexts = new Set(["", "nan", "none", "null", "na", "n/a", "?", "unknown"]);
const wholeNumber = /^[+-]?\d+(\.0*)?(e[+-]?\d+)?$/i;

/**
 * `names` is null where nobody gives any. A split without a label is
 * left out, samples without one are, and both are said. Throws `dataError` where the training split has no labels, one class
 * alone, or labels that can be none, and for a class that only another split has.
 */
export function nameClasses(
  splits: RawSplits,
  names: GivenNames | null,
  { unlabelled, label }: Asked = {},
): NamedSplits {
  const { train, test, validation } = splits;
  if (!train) throw new TypeError("a set without a training split");
  if (unlabelled && (!train.labels || train.labels.texts.every((text) => isUnknown(text, false)))) {
    return withoutClasses(train);
  }
  if (!train.labels) throw noLabels(train, "none");
  const notes: string[] = [];
  const kept = { train, test: withLabels(test, notes), validation: withLabels(validation, notes) };
  const isBinary = [train, test, validation].every((split) => !split?.labels || signsOnly(split.labels));
  const known = {
    train: labelled(kept.train, isBinary, notes),
    test: kept.test && labelled(kept.test, isBinary, notes),
    validation: kept.validation && labelled(kept.validation, isBinary, notes),
  };
  if (!known.train) throw noLabels(train, "no label that names a class");
  const classes = classesOf(known.train, names, label !== undefined, notes);
  if (classes.keys.length < 2) {
    const got = `one class (${classes.names.join("")})`;
    throw dataError({ where: train.path, expected: "images of at least 2 classes", got });
  }
  const gaps = classes.names === classes.keys && classes.areNumbers && classes.keys.some((key, i) => key !== `${i}`);
  if (gaps) notes.push(`Labels are ${someKeys(classes.keys)}: ${classes.keys.length} classes of these names.`);
  const named = (split: RawSplit | null): Split | null => split && numbered(split, classes);
  return {
    classes: classes.names,
    train: numbered(known.train, classes),
    test: named(known.test),
    validation: named(known.validation),
    notes,
  };
}

type Asked = Pick<LoadOptions, "unlabelled" | "label">;

/** Images that can be predicted. */
function withoutClasses({ count, images, ids }: RawSplit): NamedSplits {
  const train = { count, images, labels: new Uint16Array(count), ...(ids && { names: ids }) };
  return { classes: [], train, test: null, validation: null, notes: [] };
}

/** Null, and said, for a split whose file has no labels at all. */
function withLabels(split: RawSplit | null, notes: string[]): RawSplit | null {
  if (!split || split.labels) return split;
  const how = isTableName(split.path)
    ? `heddle predict --dataset ${shellWord(`csv:${split.path}`)} --csv FILE labels them`
    : "predict can label them";
  notes.push(`${split.path} has no labels: its ${count(split.count)} images are no part of the set (${how}).`);
  return null;
}

/** Labels -1 and 1 alone are two classes; otherwise -1 stands for an unknown one. */
const signsOnly = ({ texts }: LabelColumn): boolean =>
  texts.length === 2 && texts.every((text) => wholeNumber.test(text.trim()) && Math.abs(Number(text)) === 1);

function isUnknown(text: string, isBinary: boolean): boolean {
  const word = text.trim().toLowerCase();
  return unknownTexts.has(word) || (!isBinary && wholeNumber.test(word) && Number(word) === -1);
}

/** The samples whose label is known; null, and said, where none is. */
function labelled(split: RawSplit, isBinary: boolean, notes: string[]): RawSplit | null {
  const { texts, of } = split.labels!;
  const unknown = texts.map((text) => isUnknown(text, isBinary));
  if (!unknown.includes(true)) return split;
  const samples = Uint32Array.from(of.keys()).filter((sample) => !unknown[of[sample]]);
  const left = split.count - samples.length;
  const how = someKeys(
    texts.filter((_, i) => unknown[i]).map((text) => (text.trim() === "" ? "an empty label" : text)),
  );
  const images = `${count(left)} ${left === 1 ? "image" : "images"}`;
  if (samples.length > 0) {
    notes.push(`Left out: ${images} of ${split.path} without a label (${how}).`);
    return takeSamples(split, samples);
  }
  notes.push(`${split.path}: all ${images} are without a label (${how}): no part of the set.`);
  return null;
}

interface Classes {
  /** Labels in the order of their classes, numbers without what does not matter ("1.0" is "1"). */
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly areNumbers: boolean;
  readonly isFixed: boolean;
  readonly fix?: string | undefined;
}

/** `isAsked`: somebody said that these are the labels. */
function classesOf(split: RawSplit, given: GivenNames | null, isAsked: boolean, notes: string[]): Classes {
  const { texts, first } = split.labels!;
  const areNumbers = texts.every((text) => wholeNumber.test(text.trim()));
  const fraction = fractionAmong(texts);
  if (fraction >= 0) throw notWhole(split.where(first[fraction]), texts[fraction]);
  const keys = [...new Set(texts.map((text) => keyOf(text, areNumbers)))];
  if (keys.length > mostClasses || (!isAsked && areNames(keys.length, split.count))) throw notLabels(split, keys);
  notes.push(...(areNumbers ? sameNumbers(texts) : []));
  keys.sort(areNumbers ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  const plain = { keys, names: keys, areNumbers, isFixed: false };
  if (!given || !areNumbers) return plain;
  const nameOf = (key: string): string | undefined => given.texts[Number(key)];
  if (given.isFixed) {
    const all = given.texts.flatMap((text, label) => (text === undefined ? [] : [`${label}`]));
    return { keys: all, names: all.map((key) => nameOf(key)!), areNumbers, isFixed: true, fix: given.fix };
  }
  if (keys.every((key) => nameOf(key) !== undefined)) return { ...plain, names: keys.map((key) => nameOf(key)!) };
  notes.push(`The ${given.texts.length} class names are not used: labels are ${someKeys(keys)}.`);
  return plain;
}

/** True for so many different labels on so many samples that they name the samples. */
export const areNames = (labels: number, samples: number): boolean =>
  (labels > mostAlone && labels === samples) || (labels > suspicious && 2 * labels > samples);

/** Which of the labels, all numbers, has a fraction; -1 for none, and for labels that are no numbers. */
export const fractionAmong = (texts: readonly string[]): number =>
  texts.some((text) => text.trim() === "" || Number.isNaN(Number(text)))
    ? -1
    : texts.findIndex((text) => !Number.isInteger(Number(text)));

export const notWhole = (where: string, got: string): HeddleError =>
  dataError({ where, expected: "labels that are whole numbers or names", got });

/** Says which labels are one number and were not written alike, by zeros before it: `01` and `1`. */
export function sameNumbers(texts: readonly string[]): string[] {
  const written = new Map<number, Set<string>>();
  for (const text of texts.map((each) => each.trim())) {
    if (!/^[+-]?\d+$/.test(text)) continue;
    written.set(Number(text), (written.get(Number(text)) ?? new Set()).add(text));
  }
  const twice = [...written.values()].filter(({ size }) => size > 1).map((all) => [...all].join(" and "));
  return twice.length === 0
    ? []
    : [`Labels that are one number are one class, however they are written: ${twice.join("; ")}.`];
}

const keyOf = (text: string, isNumber: boolean): string => (isNumber ? `${Number(text)}` : text.trim());

function numbered(
  { count, images, labels, ids, path, where }: RawSplit,
  { keys, areNumbers, isFixed, fix }: Classes,
): Split {
  const places = new Map(keys.map((key, i) => [key, i]));
  const numbers = labels!.texts.map((text, i) => {
    const place = places.get(keyOf(text, areNumbers && wholeNumber.test(text.trim())));
    if (place !== undefined) return place;
    const at = where(labels!.first[i]);
    if (isFixed) {
      const own = `Files of your own: --dataset idx:${dirname(path)}.`;
      throw dataError({ where: at, expected: `a label ${keys[0]}..${keys.at(-1)}`, got: text, fix: fix ?? own });
    }
    throw dataError({
      where: at,
      expected: `a class that the training split has (${someKeys(keys)})`,
      got: JSON.stringify(text),
      fix: `${path} is read as another split of the same set.`,
    });
  });
  return {
    count,
    images,
    labels: Uint16Array.from(labels!.of, (text) => numbers[text]),
    ...(ids && { names: ids }),
  };
}

const someKeys = (keys: readonly string[]): string =>
  keys.length <= 12 ? keys.join(", ") : `${keys.slice(0, 10).join(", ")} … ${keys.at(-1)}`;

const noLabels = ({ path }: RawSplit, got: string): HeddleError =>
  dataError({
    where: path,
    expected: "a label for each training image",
    got,
    fix: "docs/data.md shows the forms; heddle predict RUN --dataset NAME --csv FILE labels images that have none.",
  });

const notLabels = ({ path, count: images }: RawSplit, keys: readonly string[]): HeddleError =>
  dataError({
    where: path,
    expected: "labels that name the classes of the images",
    got: `${count(keys.length)} different labels on ${count(images)} images (${someKeys(keys.slice(0, 3))} …)`,
    fix: "--label says which column they are in.",
  });
