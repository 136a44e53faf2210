/** What the data commands share: naming a data set, and loading it. */
import type { Command } from "commander";
import type { TrainConfig } from "../../config/schema.js";
import type { Dataset } from "../../data/dataset.js";
import { addFields, newCommand, resolveOptions } from "../options.js";

/** The settings that decide what a data set's name stands for. */
const loadFields = ["dataDir", "allowMissing"] as const satisfies readonly (keyof TrainConfig)[];

/** A subcommand that takes the name of a data set. */
export function datasetCommand(name: string, summary: string): Command {
  return addFields(newCommand(name, summary).argument("<NAME>", "a data set below"), loadFields);
}

export async function loadNamed(name: string, self: Command): Promise<Dataset> {
  const { config } = await resolveOptions(self, loadFields);
  const { findDataset } = await import("../../data/index.js");
  return findDataset(name, self.name()).load(config);
}
