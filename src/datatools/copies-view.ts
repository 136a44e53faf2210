/** Images of a set that are equal or show the same, as the page of a set shows them: those on two sides of a split first. */
import type { Dataset } from "../data/dataset.js";
import { equalImages } from "../data/equal-images.js";
import { placeOf, splitsOf } from "../data/samples.js";

export interface CopyGroup {
  /** Byte for byte, or to the eye. */
  readonly kind: "equal" | "near";
  readonly members: readonly CopyMember[];
}

export interface CopyMember {
  readonly sample: number;
  readonly name: string;
  readonly split: "train" | "test" | "validation";
  readonly className: string;
}

export interface CopiesView {
  readonly groups: readonly CopyGroup[];
  /** Groups that there are beside these. */
  readonly more: number;
}

const [mostGroups, mostMembers] = [12, 4];

export function viewCopies(dataset: Dataset, near: readonly (readonly number[])[]): CopiesView {
  const images = imagesOf(dataset);
  const member = (sample: number): CopyMember => {
    const { split, at } = placeOf(dataset, sample);
    const name = split === dataset.train ? "train" : split === dataset.test ? "test" : "validation";
    return {
      sample,
      name: split.names?.[at] ?? `${name} image ${at}`,
      split: name,
      className: dataset.classes[split.labels[at]] ?? "",
    };
  };
  const isBlank = ([first]: readonly number[]): boolean => images[first].every((byte) => byte === images[first][0]);
  const equal = equalImages(images).filter((group) => !isBlank(group));
  const groups = [
    ...equal.map((group) => ({ kind: "equal" as const, members: group.map(member) })),
    ...near
      .filter((group) => group.some((sample) => !Buffer.from(images[sample]).equals(images[group[0]])))
      .map((group) => ({ kind: "near" as const, members: group.map(member) })),
  ];
  const rank = ({ members }: CopyGroup): number => {
    const crosses = new Set(members.map(({ split }) => split)).size > 1;
    return crosses ? 0 : new Set(members.map(({ className }) => className)).size > 1 ? 1 : 2;
  };
  const shown = groups.toSorted((a, b) => rank(a) - rank(b)).slice(0, mostGroups);
  return {
    groups: shown.map(({ kind, members }) => ({ kind, members: acrossFirst(members).slice(0, mostMembers) })),
    more: groups.length - shown.length,
  };
}

/** One of each split before others of the same. */
const acrossFirst = (members: readonly CopyMember[]): CopyMember[] => {
  const firsts = members.filter(({ split }, i) => members.findIndex((other) => other.split === split) === i);
  return [...firsts, ...members.filter((other) => !firsts.includes(other))];
};

function imagesOf(dataset: Dataset): Uint8Array[] {
  const { height, width, channels } = dataset.shape;
  const bytes = height * width * channels;
  return splitsOf(dataset).flatMap(({ count, images }) =>
    Array.from({ length: count }, (_, at) => images.subarray(at * bytes, (at + 1) * bytes)),
  );
}
