/** Images that show the same without being byte-equal, where somebody has looked for them (`data/near-copies.ts`). */
import { type Finding, someOf } from "../../base/finding.js";
import { type DataCheck, imageCount, nameOf, partsOf } from "./check.js";

export const near: DataCheck = {
  name: "near",
  summary: "images that show the same, saved again or scaled, in two splits, under two labels, or in one (`data info`)",
  run(data) {
    const { dataset, labels, images } = data;
    const partOf = new Map(
      partsOf(data).flatMap(({ name, samples }) => Array.from(samples, (i) => [i, name] as const)),
    );
    const groups = (data.near ?? [])
      .map((group) => group.filter((sample) => partOf.has(sample)))
      // Byte-equal ones are told of as copies.
      .filter((group) => group.some((sample) => !Buffer.from(images[sample]).equals(images[group[0]])));
    const shown = (pairs: readonly (readonly [number, number])[]) =>
      someOf(pairs.map(([a, b]) => `${nameOf(dataset, a)} ~ ${nameOf(dataset, b)}`));
    const pairIn = (holds: (a: number, b: number) => boolean) =>
      groups.flatMap((group): (readonly [number, number])[] => {
        const other = group.find((sample) => holds(group[0], sample)) ?? -1;
        return other < 0 ? [] : [[group[0], other]];
      });
    const findings: Finding[] = [];
    for (const held of ["validation", "test"] as const) {
      const pairs = groups.flatMap((group): (readonly [number, number])[] => {
        const trained = group.find((sample) => partOf.get(sample) === "train");
        const seen =
          trained ?? (held === "test" ? group.find((sample) => partOf.get(sample) === "validation") : undefined);
        return seen === undefined
          ? []
          : group.filter((sample) => partOf.get(sample) === held).map((sample) => [seen, sample] as const);
      });
      if (pairs.length === 0) continue;
      const isValidated = pairs.some(([seen]) => partOf.get(seen) === "validation");
      const on = isValidated ? "trained or validated on" : "trained on";
      const evidence = `${imageCount(pairs.length)} of the ${held} split ${pairs.length === 1 ? "shows" : "show"} what is ${on} too: ${shown(pairs)}.`;
      findings.push({
        id: `near-${held}`,
        severity: "warning",
        evidence,
        fix: "Its score may be too good by that much.",
      });
    }
    const contradicting = pairIn((a, b) => labels[a] !== labels[b]);
    if (contradicting.length > 0) {
      const evidence = `${imageCount(contradicting.length)} ${contradicting.length === 1 ? "shows" : "show"} what another shows under two labels: ${shown(contradicting)}.`;
      findings.push({ id: "near-labels", severity: "warning", evidence, fix: "Look whether both can be right." });
    }
    const inside = pairIn((a, b) => a !== b && partOf.get(a) === "train" && partOf.get(b) === "train");
    if (inside.length > 0) {
      const evidence = `${imageCount(inside.length)} to train on ${inside.length === 1 ? "shows" : "show"} what another shows: ${shown(inside)}.`;
      findings.push({ id: "near-repeats", severity: "note", evidence, fix: "" });
    }
    return findings;
  },
};
