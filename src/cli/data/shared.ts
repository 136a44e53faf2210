/** What the data commands share: naming a data set, and loading it. */
import type { Command } from "commander";
import { type Dataset, findDataset } from "../../index.js";
import { whileLoading } from "../loading.js";
import { addFields, dataFields, newCommand, resolveOptions } from "../options.js";

/** A subcommand that takes the name of a data set. */
export function datasetCommand(name: string, summary: string, what = "a data set below"): Command {
  return addFields(newCommand(name, summary).argument("<NAME>", what), dataFields);
}

export async function loadNamed(name: string, self: Command): Promise<Dataset> {
  const { config } = await resolveOptions(self, dataFields);
  const source = findDataset(name, self.name());
  return whileLoading(self.opts(), (onEvent) => source.load({ ...config, onEvent }));
}
