/** From arrays with names, as numpy, pickles and IDX files hold them, to a data set. */
import { dataError, type HeddleError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import type { ImageShape } from "../base/shape.js";
import { arrange } from "../formats/arrangement.js";
import { LabelColumn } from "../formats/labels.js";
import type { ArrayMember, NdArray } from "../formats/ndarray.js";
import { bitsToBytes, type Pixels, type Scale, toBytes } from "../formats/to-bytes.js";
import { type Roles, rolesOf, type SplitMembers } from "./array-roles.js";
import { type Arrays, announce, bytesIn, finishArrays, flatShapes } from "./arrays.js";
import type { Dataset, LoadOptions } from "./dataset.js";
import { unusedBits } from "./images/facts.js";
import type { GivenNames } from "./name-classes.js";
import type { RawSplit } from "./raw-split.js";
import type { SplitName } from "./split-words.js";

/** What a form knows of its arrays beside the arrays. */
export interface ArraySetFacts {
  /** The folder or file that holds them. */
  readonly place: string;
  /** How the pixels of an image lie where `--layout` does not say. */
  readonly layout?: Arrays["layout"];
  /** The shape of images that are given as bare rows; asked for by `--image-size` unless known. */
  readonly flat?: ImageShape;
  /** Class names that are known from elsewhere. */
  readonly names?: GivenNames;
  readonly notes?: readonly string[];
  /** The labels of a split where the form knows better which column of several is the class. */
  readonly labelColumn?: number;
}

/** Throws `dataError` where the arrays are no set of images. */
export async function loadArraySet(
  dataset: string,
  members: readonly ArrayMember[],
  facts: ArraySetFacts,
  options: LoadOptions,
): Promise<Dataset> {
  const roles = withTraining(rolesOf(facts.place, members, options.label));
  const notes = [...(facts.notes ?? []), ...roles.notes];
  const splits: Record<SplitName, RawSplit | null> = { train: null, test: null, validation: null };
  const findings: Finding[] = [];
  let scale: Scale | null = null;
  let first: { shape: ImageShape; isShaped: boolean; path: string } | null = null;
  for (const split of ["train", "test", "validation"] as const) {
    const pair = roles.splits[split];
    if (!pair) continue;
    checkCounts(pair);
    const form = formOf(pair.images, facts, options);
    if (first && !sameShape(first.shape, form.shape)) throw otherShape(pair.images, first);
    first ??= { ...form, path: pair.images.where };
    announce(dataset, form.shape, pair.images.shape[0], options);
    const { bytes, note, deepest, scale: found } = await pixelsOf(pair.images, form, scale, options.maximum);
    scale ??= found;
    if (split === "train" && deepest !== undefined) findings.push(...unusedBits(`${pair.images.name} has`, deepest));
    if (note !== null && !notes.includes(note)) notes.push(note);
    const labels = pair.labels && (await labelsOf(pair.labels, facts.labelColumn, notes));
    const from = pair.labels ?? pair.images;
    const where = (sample: number) => from.at?.(sample) ?? `${from.where}[${sample}]`;
    splits[split] = { count: pair.images.shape[0], images: bytes, labels, ids: null, path: pair.images.where, where };
  }
  if (!first || !splits.train) {
    throw dataError({ where: facts.place, expected: "images of a training split", got: "none" });
  }
  const names = facts.names ?? (roles.names && (await classNames(roles.names)));
  const { shape, isShaped } = first;
  const layout = facts.layout ? { layout: facts.layout } : {};
  return finishArrays(dataset, { splits, shape, isShaped, ...layout, names, notes, findings }, options);
}

/** A split alone, called as no training split is, is the whole set: one to be asked about. */
function withTraining(roles: Roles): Roles {
  const [only, other] = Object.values(roles.splits);
  if (!only || other || roles.splits.train) return roles;
  const note = `There is no other split than ${only.images.name}: it was taken as the set.`;
  return { ...roles, splits: { train: only }, notes: [...roles.notes, note] };
}

async function classNames(member: ArrayMember): Promise<GivenNames | null> {
  const array = await member.read();
  return array.kind === "texts" ? { texts: array.values, isFixed: false } : null;
}

function checkCounts({ images, labels }: SplitMembers): void {
  const count = images.shape[0] ?? 0;
  if (images.shape.length < 2 || count < 1) {
    throw dataError({ where: images.where, expected: "an array of images", got: shapeText(images) });
  }
  if (!labels || labels.shape[0] === count) return;
  const isTurned = images.shape.at(-1) === labels.shape[0];
  throw dataError({
    where: labels.countAt ?? labels.where,
    expected: `${count} labels, one for each image of ${images.where} (${images.shape.join(" x ")})`,
    got: labels.shape.length === 0 ? "a single number" : `${labels.shape[0]}`,
    ...(isTurned && { fix: "Images must come first: numpy.moveaxis(x, -1, 0) brings them there." }),
  });
}

interface Form {
  readonly shape: ImageShape;
  /** True where the array says height and width itself. */
  readonly isShaped: boolean;
  /** True where its colors are planes, one after the other. */
  readonly isPlanes: boolean;
}

/** What the dimensions of an array of images mean. Throws `dataError` where they can mean nothing, or too much. */
function formOf(member: ArrayMember, { flat }: ArraySetFacts, options: LoadOptions): Form {
  const [, a, b, c] = member.shape;
  const dimensions = member.shape.length;
  const isColor = (side: number) => side === 1 || side === 3;
  if (dimensions === 2 || (dimensions === 3 && b === 1)) {
    const shape = flat && bytesIn(flat) === a ? flat : flatShapes(options).shapeOf(a, member.where);
    return { shape, isShaped: false, isPlanes: false };
  }
  const shaped = (height: number, width: number, channels: number, isPlanes = false): Form => ({
    shape: { height, width, channels },
    isShaped: true,
    isPlanes,
  });
  if (dimensions === 3) return shaped(a, b, 1);
  if (dimensions === 4 && isColor(c)) return shaped(a, b, c);
  if (dimensions === 4 && isColor(a)) return shaped(b, c, a, true);
  throw dataError({
    where: member.where,
    expected: "images as N x height x width, with 1 or 3 channels last (or right after N)",
    got: shapeText(member),
    fix: "numpy.moveaxis brings dimensions into another order; of four channels give three.",
  });
}

/** `scale` is that of the training split, null for itself; `maximum` is what is white. */
async function pixelsOf(
  member: ArrayMember,
  { shape, isPlanes }: Form,
  scale: Scale | null,
  maximum: number | undefined,
): Promise<Pixels> {
  const array = await member.read();
  const where = (index: number) => member.at?.(index) ?? `${member.where}[${indexText(index, member.shape)}]`;
  if (array.kind === "texts") {
    throw dataError({ where: member.where, expected: "images as numbers", got: `texts (${array.dtype})` });
  }
  if (array.kind === "bits") {
    const note = "Pixels are bits: they were read as 0 and 255.";
    return { bytes: bitsToBytes(array.values), scale: "whole", note };
  }
  const pixels = toBytes(array.values, where, scale, maximum);
  if (!isPlanes) return pixels;
  arrange(pixels.bytes, shape, "planes");
  const note = `Arrays of ${member.shape.slice(1).join(" x ")} were taken as ${shape.channels} channels of ${shape.height}x${shape.width}.`;
  return { ...pixels, note: pixels.note === null ? note : `${note} ${pixels.note}` };
}

async function labelsOf(member: ArrayMember, column: number | undefined, notes: string[]): Promise<LabelColumn> {
  const array = await member.read();
  const [count, width = 1] = member.shape;
  if (member.shape.length > 2) throw notLabels(member);
  if (width === 1)
    return LabelColumn.from(array.kind === "bits" ? Array.from(array.values, Number) : array.values, count);
  if (array.kind === "texts") throw notLabels(member);
  if (column !== undefined) {
    return LabelColumn.from(
      Array.from({ length: count }, (_, i) => array.values[i * width + column]),
      count,
    );
  }
  const note = `Labels of ${member.name} are one-hot: the class is where the 1 stands.`;
  if (!notes.includes(note)) notes.push(note);
  return LabelColumn.from(hotPlaces(member, array, count, width), count);
}

/** Where the 1 of each row stands. Throws `dataError` for rows with another number of them. */
function hotPlaces(
  member: ArrayMember,
  { values }: Exclude<NdArray, { kind: "texts" }>,
  count: number,
  width: number,
): number[] {
  return Array.from({ length: count }, (_, i) => {
    let [place, ones] = [-1, 0];
    for (let k = 0; k < width; k++) {
      const value = Number(values[i * width + k]);
      if (value === 1) [place, ones] = [k, ones + 1];
      else if (value !== 0) throw value > 0 && value < 1 ? softLabels(member, i) : notLabels(member);
    }
    if (ones === 1) return place;
    throw dataError({
      where: `${member.where}[${i}]`,
      expected: "one label for each image (or one-hot rows)",
      got: ones === 0 ? "a row without a 1" : `several classes in one row (${ones} ones)`,
      fix: "Heddle learns one class an image, not several (multi-label).",
    });
  });
}

const softLabels = (member: ArrayMember, sample: number): HeddleError =>
  dataError({
    where: `${member.where}[${sample}]`,
    expected: "one label for each image, or one-hot rows",
    got: "shares of several classes (soft labels)",
    fix: `The most likely class of each, ${member.name}.argmax(axis=1), is one label.`,
  });

const notLabels = (member: ArrayMember): HeddleError =>
  dataError({ where: member.where, expected: "one label for each image, or one-hot rows", got: shapeText(member) });

const shapeText = ({ dtype, shape }: ArrayMember): string =>
  shape.length === 0 ? `a single ${dtype}` : `${dtype} of ${shape.join(" x ")}`;

const sameShape = (a: ImageShape, b: ImageShape): boolean =>
  a.height === b.height && a.width === b.width && a.channels === b.channels;

const otherShape = (member: ArrayMember, first: { shape: ImageShape; path: string }): HeddleError => {
  const { height, width, channels } = first.shape;
  const expected = `images of ${height}x${width}x${channels}, as ${first.path} has them`;
  return dataError({ where: member.where, expected, got: shapeText(member) });
};

/** 37 in rows of 10 is "3, 7". */
function indexText(index: number, shape: readonly number[]): string {
  let rest = index;
  const places = [...shape].reverse().map((side) => {
    const place = rest % side;
    rest = Math.floor(rest / side);
    return place;
  });
  return places.reverse().join(", ");
}
