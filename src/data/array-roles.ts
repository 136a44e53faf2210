/** Which of several arrays holds the images of which split, and which their labels: by their names, else by their shapes. */
import { dataError, type HeddleError, usageError } from "../base/errors.js";
import type { ArrayMember } from "../formats/ndarray.js";
import { type SplitName, splitInName, wordsOf } from "./split-words.js";

export interface SplitMembers {
  readonly images: ArrayMember;
  /** Null where the split has none. */
  readonly labels: ArrayMember | null;
}

export interface Roles {
  readonly splits: Partial<Record<SplitName, SplitMembers>>;
  /** Texts that name the classes 0, 1, 2 …; null where there are none. */
  readonly names: ArrayMember | null;
  readonly notes: readonly string[];
}

type Role = "images" | "labels" | "names";

const roleWords: Readonly<Record<Role, readonly string[]>> = {
  names: ["names", "categories"],
  labels: ["y", "ys", "label", "labels", "lbl", "lbls", "target", "targets", "class", "classes"],
  images: ["x", "xs", "image", "images", "img", "imgs", "data", "features", "pixels", "input", "inputs", "pictures"],
};
/** Labels of another kind than the one that is meant where nobody says. */
const secondary = ["coarse", "super", "superclass", "batch", "group", "logits"];

/** `asked` is `--label`. Throws `dataError` naming the arrays where no images are found, or more than one could be meant. */
export function rolesOf(place: string, members: readonly ArrayMember[], asked: string | undefined): Roles {
  const named = members.flatMap((member) => {
    const role = roleOf(member);
    return role ? [{ member, role, split: splitInName(member.name) ?? ("train" as const) }] : [];
  });
  const lists = named
    .filter(({ role, member }) => role === "names" && member.shape.length === 1)
    .map(({ member }) => member);
  if (!named.some(({ role }) => role === "images")) return { ...byPosition(place, members), names: lists[0] ?? null };
  const of = (role: Role, split: SplitName) =>
    named.filter((entry) => entry.role === role && entry.split === split).map(({ member }) => member);
  const splits: Partial<Record<SplitName, SplitMembers>> = {};
  for (const split of ["train", "test", "validation"] as const) {
    const images = oneImages(place, of("images", split));
    const labels = oneLabels(place, of("labels", split), asked);
    if (images) splits[split] = { images, labels };
    else if (labels && split !== "train") {
      throw dataError({ where: labels.where, expected: `images that go with it`, got: `none for the ${split} split` });
    }
  }
  const names = namesFor(splits.train?.labels ?? null, lists);
  return { splits, names, notes: unused(members, splits) };
}

/** Arrays that are not used and have something for each image, or speak of a split (`train_idx`). */
function unused(members: readonly ArrayMember[], splits: Roles["splits"]): string[] {
  const used = Object.values(splits).flatMap(({ images, labels }) => [images, labels]);
  const counts = Object.values(splits).map(({ images }) => images.shape[0]);
  const left = members.filter(
    (member) =>
      !used.includes(member) &&
      member.shape.length > 0 &&
      (counts.includes(member.shape[0]) || splitInName(member.name) !== null),
  );
  return left.length === 0 ? [] : [`Left out: ${left.map(({ name }) => name).join(", ")}.`];
}

function roleOf({ name, kind, shape }: ArrayMember): Role | null {
  const words = wordsOf(name);
  const has = (role: Role) => roleWords[role].some((word) => words.includes(word));
  if (kind === "texts" && has("names")) return "names";
  if (words.includes("names") || words.includes("filenames")) return null;
  // `train_labels` of images in `train_data` is none of data, and `label_images` no label.
  if (has("labels") && !(has("images") && shape.length > 2)) return "labels";
  return has("images") ? "images" : null;
}

/** Of several lists of names the one that is called as the labels are: `fine_label_names` for `fine_labels`. */
function namesFor(labels: ArrayMember | null, lists: readonly ArrayMember[]): ArrayMember | null {
  const common = [...roleWords.labels, "train", "data"];
  const words = labels ? wordsOf(labels.name).filter((word) => !common.includes(word)) : [];
  return lists.find(({ name }) => words.every((word) => wordsOf(name).includes(word))) ?? lists[0] ?? null;
}

/** Of images given flat and shaped, as scikit-learn does, the shaped ones. */
function oneImages(place: string, found: readonly ArrayMember[]): ArrayMember | null {
  const shaped = found.filter(({ shape }) => shape.length > 2);
  const candidates = shaped.length > 0 ? shaped : found;
  if (candidates.length > 1) throw severalSets(place, candidates);
  return candidates[0] ?? null;
}

function oneLabels(place: string, found: readonly ArrayMember[], asked: string | undefined): ArrayMember | null {
  if (asked !== undefined && found.length > 0) {
    const words = wordsOf(asked);
    const exact = found.filter(({ name }) => name === asked);
    const fitting = found.filter(({ name }) => words.every((word) => wordsOf(name).includes(word)));
    const chosen = exact.length > 0 ? exact : fitting;
    if (chosen.length === 1) return chosen[0];
    const expected = `one of ${found.map(({ name }) => name).join(", ")}, the labels in ${place}`;
    throw usageError({ where: "--label", expected, got: asked });
  }
  const plain = found.filter(({ name }) => !wordsOf(name).some((word) => secondary.includes(word)));
  const candidates = plain.length > 0 ? plain : found;
  if (candidates.length > 1) {
    throw dataError({
      where: place,
      expected: "one array of labels for each split",
      got: candidates.map(described).join(", "),
      fix: "--label NAME says which one it is.",
    });
  }
  return candidates[0] ?? null;
}

/** Arrays whose names say nothing, as `arr_0`: images and labels by their shapes, paired as they come and as they fit. */
function byPosition(place: string, members: readonly ArrayMember[]): Omit<Roles, "names"> {
  const images = members.filter(({ kind, shape }) => kind !== "texts" && shape.length >= 2 && shape[1] > 1);
  const labels = members.filter(({ shape }) => shape.length === 1 || (shape.length === 2 && shape[1] === 1));
  const isPaired = images.length === labels.length && images.every(({ shape }, i) => shape[0] === labels[i].shape[0]);
  if (!isPaired || images.length === 0 || images.length > 2) throw noImages(place, members);
  const pair = (i: number) => ({ images: images[i], labels: labels[i] });
  const told = images.map(({ name }, i) => `${name} with ${labels[i].name}`);
  const test = told.length > 1 ? `, ${told[1]} for the test split` : "";
  const notes = [`Arrays have no names that say what they are: ${told[0]} were taken for the training split${test}.`];
  return { splits: { train: pair(0), ...(images.length > 1 && { test: pair(1) }) }, notes };
}

const described = ({ name, dtype, shape }: ArrayMember): string =>
  `${name} (${dtype}, ${shape.length === 0 ? "one number" : shape.join(" x ")})`;

const noImages = (place: string, members: readonly ArrayMember[]): HeddleError =>
  dataError({
    where: place,
    expected:
      "arrays of images and of their labels (x_train, y_train, x_test, y_test, or train_images, train_labels …)",
    got: members.length === 0 ? "no array" : members.map(described).join(", "),
    fix: "Save them under such names: numpy.savez(FILE, x_train=…, y_train=…).",
  });

const severalSets = (place: string, members: readonly ArrayMember[]): HeddleError =>
  dataError({
    where: place,
    expected: "the images of one set",
    got: `several: ${members.map(({ where }) => where).join("; ")}`,
    fix: "Name the file of one set.",
  });
