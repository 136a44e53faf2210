/** `heddle data show`: a page with a contact sheet of each class. */
import { type Command, Option } from "commander";
import { numberOf } from "../options.js";
import { printText } from "../terminal.js";
import { datasetCommand, loadNamed } from "./shared.js";

interface ShowOptions {
  readonly out?: string;
  readonly perClass?: string;
  readonly split: "train" | "test";
  readonly augment?: string;
}

export function show(): Command {
  return datasetCommand("show", "Write a page with a contact sheet, the mean image and the counts of each class.")
    .option("-o, --out <FILE>", "HTML file to write (default: the set's name.html)")
    .option("--per-class <N>", "images of each class (default: three rows)")
    .option("--augment <PRESET|LIST>", "show images beside what augmentation makes of them")
    .addOption(new Option("--split <NAME>", "split to show").choices(["train", "test"]).default("train"))
    .action((name: string, options: ShowOptions, self: Command) => run(name, options, self));
}

async function run(name: string, { out, perClass, split, augment }: ShowOptions, self: Command): Promise<void> {
  const images = perClass === undefined ? undefined : numberOf("--per-class", perClass, "whole");
  const { parseAugmentation } = await import("../../data/augment/index.js");
  const augmentation = augment === undefined ? null : parseAugmentation(augment);
  const dataset = await loadNamed(name, self);
  const { showDataset } = await import("../../data/tools/show.js");
  const { writeAtomically } = await import("../../model/atomic-write.js");
  const path = out ?? `${fileName(dataset.name)}.html`;
  writeAtomically(path, [Buffer.from(showDataset(dataset, { split, perClass: images, augmentation }))]);
  printText(path);
}

/** The set's name, which may hold a path, as the name of a file here. */
const fileName = (name: string): string => name.replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "data";
