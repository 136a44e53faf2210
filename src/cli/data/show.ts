/** `heddle data show`: a page with a contact sheet of each class. */
import { type Command, Option } from "commander";
import { writeDataPage } from "../../index.js";
import { numberOf } from "../options.js";
import { printText } from "../terminal.js";
import { datasetCommand, loadNamed } from "./shared.js";

interface ShowOptions {
  readonly out?: string;
  readonly perClass?: string;
  readonly split: "train" | "test" | "validation";
  readonly augment?: string;
}

export function show(): Command {
  return datasetCommand("show", "Write a page with a contact sheet, the mean image and the counts of each class.")
    .option("-o, --out <FILE>", "HTML file to write (default: the set's name.html)")
    .option("--per-class <N>", "images of each class (default: three rows)")
    .option("--augment <PRESET|LIST>", "show images beside what augmentation makes of them")
    .addOption(new Option("--split <NAME>", "split to show").choices(["train", "test", "validation"]).default("train"))
    .action((name: string, options: ShowOptions, self: Command) => run(name, options, self));
}

async function run(name: string, { out, perClass, split, augment }: ShowOptions, self: Command): Promise<void> {
  const images = perClass === undefined ? undefined : numberOf("--per-class", perClass, "whole");
  const dataset = await loadNamed(name, self);
  printText(await writeDataPage(dataset, { path: out, split, perClass: images, augment }));
}
