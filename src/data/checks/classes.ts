/** Classes that a run cannot learn, or cannot be judged on. */
import { type Finding, someOf } from "../../base/finding.js";
import { type CheckedData, type DataCheck, imageCount } from "./check.js";

export const classes: DataCheck = {
  name: "classes",
  summary:
    "classes without images to train on, to validate or to test on; one class alone; names that look like one, or that name several",
  run(data) {
    const { dataset, split, config, labels } = data;
    const names = dataset.classes;
    const present = (samples: Uint32Array): Set<number> => new Set(Array.from(samples, (sample) => labels[sample]));
    const trained = present(split.train);
    if (trained.size < 2) return [tooFew(trained.size === 1 ? names[[...trained][0]] : null, data)];
    const twins = alikeNames(names);
    const missing = (from: Set<number>): string[] => names.filter((_, label) => !from.has(label));
    const findings: Finding[] = [twins, severalInOne(names)].filter((finding) => finding !== null);
    if (split.validation.length === 0 && config.validation !== 0) {
      const evidence = "No class has two images: none is held back for validation.";
      findings.push({ id: "no-validation", severity: "warning", evidence, fix: "" });
    }
    const unlearned = missing(trained);
    if (unlearned.length > 0) {
      const evidence = `No image to train on: ${someOf(unlearned)}. What is of such a class cannot be recognized.`;
      findings.push({ id: "class-without-training", severity: "warning", evidence, fix: sequentialFix(config) });
    }
    for (const [name, samples] of [
      ["validate", split.validation],
      ["test", split.test],
    ] as const) {
      if (samples.length === 0) continue;
      const absent = missing(present(samples)).filter((className) => !unlearned.includes(className));
      if (absent.length === 0) continue;
      const whole = absent.length === names.length - 1;
      const only = whole ? `: ${imageCount(samples.length)} of ${names[[...present(samples)][0]]} alone` : "";
      const evidence = `No image to ${name} on: ${someOf(absent)}${only}. The score says nothing of them.`;
      const fix = name === "validate" ? sequentialFix(config) : "";
      findings.push({
        id: `class-without-${name === "validate" ? "validation" : "test"}`,
        severity: "warning",
        evidence,
        fix,
      });
    }
    return findings;
  },
};

/** Names that people take for one. Single letters may well be meant: `a` and `A`. */
function alikeNames(names: readonly string[]): Finding | null {
  const bare = (name: string): string =>
    name
      .normalize("NFKC")
      .trim()
      .replace(/[\s_-]+/g, " ")
      .toLowerCase();
  const spelled = new Map<string, string[]>();
  for (const name of names)
    if (name.trim().length > 1) spelled.set(bare(name), [...(spelled.get(bare(name)) ?? []), name]);
  const twins = [...spelled.values()]
    .filter((all) => all.length > 1)
    .map((all) => all.map((name) => JSON.stringify(name)).join(" and "));
  if (twins.length === 0) return null;
  const evidence = `Classes whose names differ in case, blanks or signs alone: ${someOf(twins)}. Each is a class of its own.`;
  return {
    id: "class-names-alike",
    severity: "warning",
    evidence,
    fix: "Where one class is meant, call both the same.",
  };
}

/** What stands between the classes of an image that has several: `cat|dog`, `cat, dog`, `['cat', 'dog']`, `cat dog`. */
const separators = [/[|;]/, /,/, /\s+/];

/** Names made of those of other classes: images of several classes each, of which every combination became a class. */
function severalInOne(names: readonly string[]): Finding | null {
  const partsOfName = (name: string, separator: RegExp): string[] =>
    name
      .replace(/^\[(.*)\]$/, "$1")
      .split(separator)
      .map((part) => part.trim().replace(/^(['"])(.*)\1$/, "$2"))
      .filter((part) => part !== "");
  for (const separator of separators) {
    const parts = new Map(names.map((name) => [name, partsOfName(name, separator)]));
    const single = new Set([...parts.values()].filter(({ length }) => length === 1).map(([only]) => only));
    const found = [...parts].filter(([, all]) => all.length > 1 && all.every((part) => single.has(part)));
    if (found.length === 0) continue;
    const told = someOf(found.map(([name, all]) => `${JSON.stringify(name)} (${all.join(" and ")})`));
    return {
      id: "classes-combined",
      severity: "warning",
      evidence: `Classes made of the names of others: ${told}. Each combination is a class of its own.`,
      fix: "Heddle learns one class an image, not several (multi-label).",
    };
  }
  return null;
}

const sequentialFix = ({ validation, validationSplit }: CheckedData["config"]): string =>
  validationSplit === "sequential" && validation !== "own" && validation !== 0
    ? "The set is sorted by class: leave --validation-split sequential out."
    : "";

function tooFew(only: string | null, { split, config }: CheckedData): Finding {
  const evidence =
    only === null
      ? "There is no image to train on."
      : `All ${imageCount(split.train.length)} to train on are of one class, ${only}: there is nothing to tell apart.`;
  const fix = sequentialFix(config) || (only === null ? "" : "Give at least two classes.");
  return { id: "one-class", severity: "error", evidence, fix };
}
