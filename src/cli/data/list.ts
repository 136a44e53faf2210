/** `heddle data list`: the sets by name, and which of them can be used here. */
import type { Command } from "commander";
import { datasets, type Holding, schemes, takeInventory } from "../../index.js";
import type { Colors } from "../ansi.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "../options.js";
import { table } from "../table.js";
import { printJson, printText, resultColors } from "../terminal.js";

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
  const holdings = takeInventory(datasets, config.dataDir);
  const own = schemes.map(({ name, summary }) => ({ name: `${name}:PATH`, summary }));
  if (options.json) printJson({ schema: 1, dataDir: config.dataDir ?? null, datasets: holdings, own });
  else printText(listText(holdings, own, resultColors(options)));
}

type Own = Pick<Holding, "name" | "summary">;

function listText(holdings: readonly Holding[], own: readonly Own[], colors: Colors): string {
  const row = ({ name, summary }: Own, where: string) => [colors.bold(name), where, colors.dim(summary)];
  const text = table("lll", [
    ["name", "where", "what"].map((head) => colors.dim(head)),
    ...holdings.map((holding) => row(holding, whereText(holding))),
    ...own.map((scheme) => row(scheme, "yours")),
  ]);
  if (holdings.some(({ state, folder }) => state !== "embedded" && folder === null)) {
    return `${text}\n\nWhere sets of files lie: --data-dir DIR or HEDDLE_DATA_DIR. heddle data fetch NAME downloads one.`;
  }
  return text;
}

function whereText({ state, folder, missing }: Holding): string {
  if (state === "embedded") return "embedded";
  if (folder === null) return "no data folder";
  if (state === "absent") return "not here";
  return missing.length === 0 ? folder : `${folder} without ${missing.join(", ")}`;
}
