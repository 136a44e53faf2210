/** `heddle data list`: the sets by name, and which of them can be used here. */
import type { Command } from "commander";
import type { Holding } from "../../data/tools/inventory.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "../options.js";
import { table } from "../table.js";
import { type Colors, printJson, printText, resultColors } from "../terminal.js";

interface ListOptions {
  readonly json?: boolean;
  readonly color: boolean;
}

export function list(): Command {
  return addFields(newCommand("list", "Data sets by name: what they are, and which of them are here."), ["dataDir"])
    .addOption(jsonOption())
    .action((options: ListOptions, self: Command) => run(options, self));
}

async function run(options: ListOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, ["dataDir"]);
  const { datasets } = await import("../../data/index.js");
  const { takeInventory } = await import("../../data/tools/inventory.js");
  const holdings = takeInventory(datasets, config.dataDir);
  if (options.json) printJson({ schema: 1, dataDir: config.dataDir ?? null, datasets: holdings });
  else printText(listText(holdings, resultColors(options)));
}

function listText(holdings: readonly Holding[], colors: Colors): string {
  const rows = holdings.map((holding) => [colors.bold(holding.name), whereText(holding), colors.dim(holding.summary)]);
  const text = table("lll", [["name", "where", "what"].map((head) => colors.dim(head)), ...rows]);
  if (holdings.some(({ state, folder }) => state !== "embedded" && folder === null)) {
    return `${text}\n\nFor the others name the folder that holds theirs: --data-dir DIR or HEDDLE_DATA_DIR.`;
  }
  return text;
}

function whereText({ state, folder, missing }: Holding): string {
  if (state === "embedded") return "embedded";
  if (folder === null) return "no data folder";
  if (state === "absent") return "not here";
  return missing.length === 0 ? folder : `${folder} without ${missing.join(", ")}`;
}
