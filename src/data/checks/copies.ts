/** Equal images on both sides of a split, under two labels, or more than once. */
import { type Finding, someOf } from "../../base/finding.js";
import { equalImages } from "../equal-images.js";
import { type CheckedData, type DataCheck, imageCount, isOneColor, nameOf, partsOf } from "./check.js";

export const copies: DataCheck = {
  name: "copies",
  summary: "equal images in two splits, under two labels, or twice in one",
  run(data) {
    const { images } = data;
    const parts = partsOf(data);
    const samples = parts.flatMap((part) => Array.from(part.samples));
    const partOf = parts.flatMap(({ samples: of }, part) => new Array<number>(of.length).fill(part));
    const groups = equalImages(samples.map((sample) => images[sample]))
      // Blank images are equal without being copies, and are told of as blank.
      .filter(([first]) => !isOneColor(images[samples[first]]))
      .map((group) => group.map((at): Copy => ({ sample: samples[at], part: partOf[at] })));
    return [...contradictions(data, groups), ...leaks(data, groups), ...repeats(data, groups)];
  },
};

interface Copy {
  readonly sample: number;
  /** Of `partsOf`: 0 is what is trained on. */
  readonly part: number;
}
type Groups = readonly (readonly Copy[])[];

function contradictions({ dataset, labels }: CheckedData, groups: Groups): Finding[] {
  const found = groups.filter((group) => new Set(group.map(({ sample }) => labels[sample])).size > 1);
  if (found.length === 0) return [];
  const named = ({ sample }: Copy): string => `${nameOf(dataset, sample)} (${dataset.classes[labels[sample]]})`;
  const shown = found.map((group) => {
    const other = group.find(({ sample }) => labels[sample] !== labels[group[0].sample])!;
    return `${named(group[0])} = ${named(other)}`;
  });
  const evidence = `${imageCount(found.length)} under two labels: ${someOf(shown)}.`;
  return [{ id: "two-labels", severity: "warning", evidence, fix: "Only one of them can be right." }];
}

function leaks({ dataset }: CheckedData, groups: Groups): Finding[] {
  return (["validation", "test"] as const).flatMap((name, i): Finding[] => {
    // What is validated on chooses the weights: the test split is not new to it either.
    const found = groups
      .map((group) => ({
        seen: group.filter(({ part }) => part <= i),
        held: group.filter(({ part }) => part === i + 1),
      }))
      .filter(({ seen, held }) => seen.length > 0 && held.length > 0);
    if (found.length === 0) return [];
    const many = found.reduce((sum, { held }) => sum + held.length, 0);
    const shown = found.map(
      ({ seen, held }) => `${nameOf(dataset, seen[0].sample)} = ${nameOf(dataset, held[0].sample)}`,
    );
    const is = many === 1 ? "is" : "are";
    const how = found.every(({ seen }) => seen[0].part === 0) ? "trained on" : "trained or validated on";
    const evidence = `${imageCount(many)} of the ${name} split ${is} ${how} too: ${someOf(shown)}.`;
    const keep = name === "validation" ? " --group-by can keep copies on one side." : "";
    return [{ id: `leak-${name}`, severity: "warning", evidence, fix: `Its score is too good by that much.${keep}` }];
  });
}

function repeats({ dataset }: CheckedData, groups: Groups): Finding[] {
  const trained = groups.map((group) => group.filter(({ part }) => part === 0)).filter(({ length }) => length > 1);
  const many = trained.reduce((sum, { length }) => sum + length - 1, 0);
  if (many === 0) return [];
  const shown = trained.map(([one, other]) => `${nameOf(dataset, one.sample)} = ${nameOf(dataset, other.sample)}`);
  const evidence = `${imageCount(many)} to train on ${many === 1 ? "repeats" : "repeat"} another: ${someOf(shown)}.`;
  return [{ id: "repeats", severity: "note", evidence, fix: "" }];
}
