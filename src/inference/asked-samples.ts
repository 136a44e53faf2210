/** Which samples a model is asked about: of its own data the splits of its run, of other data those that it comes with. */
import { z } from "zod";
import { dataError, type HeddleError, usageError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import { count } from "../base/text.js";
import { dataHash } from "../data/data-hash.js";
import type { Dataset } from "../data/dataset.js";
import { samplesOf } from "../data/samples.js";
import { splitOrders } from "../data/split.js";
import { type SampleSplit, splitSamples, testSamples } from "../data/split-samples.js";
import { type SplitName, splitNames } from "../metrics/score.js";
import type { ModelFile } from "../model/model-file.js";
import { splitHash } from "../run/split-file.js";

export interface Asked {
  /** `all`: the whole of a set that has no splits. */
  readonly split: SplitName | "all";
  readonly samples: Uint32Array;
  readonly findings: readonly Finding[];
}

type Samples = Readonly<Record<SplitName, Uint32Array>>;

/** The test split where there is one, else what comes nearest to new images. Throws where the split asked for is not there. */
export function askedSamples(split: SplitName | undefined, file: ModelFile, dataset: Dataset): Asked {
  const { provenance } = file.model;
  const isSame = provenance.dataHash === undefined || provenance.dataHash === dataHash(dataset);
  if (isSame && provenance.dataset === dataset.name) return ofOwnData(split, file, dataset);
  if (provenance.dataHash === dataHash(dataset)) return ofOwnData(split, file, dataset);
  return ofOtherData(split, file, dataset);
}

function ofOtherData(split: SplitName | undefined, { path, model }: ModelFile, dataset: Dataset): Asked {
  const [train, validation, test] = splitNames.map((name) => samplesOf(dataset, name));
  const samples = { train, validation, test };
  const findings: Finding[] = [];
  if (model.provenance.dataset === dataset.name) {
    // Which of its images the model has seen is known no more; those of the test split it never had.
    if (test.length === 0 || (split ?? "test") !== "test") throw changed(path, dataset, split);
    const evidence = `${dataset.name} is not what it was when the model was trained on it.`;
    findings.push({ id: "changed-data", severity: "warning", evidence, fix: "" });
  }
  const asked = choose(split, dataset, samples, findings);
  const isWhole = split === undefined && asked.split === "train" && validation.length === 0;
  return isWhole ? { ...asked, split: "all", findings } : asked;
}

/** The split asked for, or the first that there is of those that say most. */
function choose(
  split: SplitName | undefined,
  dataset: Dataset,
  samples: Samples,
  findings: readonly Finding[],
): Asked & { readonly split: SplitName } {
  const present = (name: SplitName): boolean => samples[name].length > 0;
  if (split !== undefined && !present(split)) throw absent(split, dataset, samples);
  const chosen = split ?? (["test", "validation", "train"] as const).find(present)!;
  const told = split === undefined ? said(chosen, dataset) : [];
  return { split: chosen, samples: samples[chosen], findings: [...findings, ...told] };
}

const splitSchema = z.object({
  seed: z.number(),
  validation: z.union([z.number(), z.literal("own")]),
  validationSplit: z.enum(splitOrders).default("stratified"),
  groupBy: z.string().optional(),
  subset: z.number().optional(),
  test: z.number().optional(),
  fold: z.string().optional(),
  splitHash: z.string(),
});

/** Training and validation samples follow from the model's own seed and split, unless the set brings them. */
function ofOwnData(split: SplitName | undefined, file: ModelFile, dataset: Dataset): Asked {
  const known = splitSchema.safeParse(file.model.provenance);
  const hasTest = dataset.test !== null;
  if (hasTest && (split ?? "test") === "test") {
    return { split: "test", samples: samplesOf(dataset, "test"), findings: [] };
  }
  if (!known.success) {
    throw dataError({
      where: `${file.path}, --split ${split ?? "test"}`,
      expected: "a model that remembers which samples it was trained on",
      got: "one that does not",
    });
  }
  const of = runSamples(split ?? "validation", file, dataset, known.data);
  const samples = { train: of.train, validation: of.validation, test: testSamples(dataset, of) };
  return choose(split, dataset, samples, []);
}

function runSamples(
  split: SplitName,
  { path }: ModelFile,
  dataset: Dataset,
  known: z.infer<typeof splitSchema>,
): SampleSplit {
  const samples = splitSamples(dataset, known);
  const hash = splitHash(samples);
  if (hash === known.splitHash) return samples;
  throw dataError({
    where: `${path}, --split ${split}`,
    expected: `the groups it was trained with, which give the split ${known.splitHash}`,
    got: hash,
    fix: "Put the same files back, or name other images with --dataset.",
  });
}

/** Nobody should take a score on seen images for one on new ones. */
function said(split: SplitName, { name }: Dataset): Finding[] {
  if (split === "test") return [];
  const what = {
    validation: "the validation split is measured, which chose the weights",
    train: "the images it was trained on are measured",
  }[split];
  const evidence = `${name} has no test split: ${what}.`;
  return [{ id: "no-test-split", severity: split === "train" ? "warning" : "note", evidence, fix: "" }];
}

function absent(split: SplitName, dataset: Dataset, samples: Samples): HeddleError {
  const there = splitNames
    .filter((name) => samples[name].length > 0)
    .map((name) => `--split ${name} (${count(samples[name].length)} images)`);
  return usageError({
    where: `--split ${split}`,
    expected: `a split that ${dataset.name} has`,
    got: "one that it lacks",
    fix: `There ${there.length === 1 ? "is" : "are"} ${there.join(", ")}.`,
  });
}

const changed = (path: string, { name }: Dataset, split: SplitName | undefined): HeddleError =>
  dataError({
    where: split === undefined ? path : `${path}, --split ${split}`,
    expected: `${name} as it was when the model was trained on it`,
    got: "other images or labels, so that which of them it has seen is not known",
    fix: "Put the same files back, or put new images into a folder of their own and name it with --dataset.",
  });
