/** `heddle compare`: runs side by side. */
import type { Command } from "commander";
import {
  type Comparison,
  compareRuns,
  count,
  divergenceWords,
  duration,
  letterOf,
  pairWords,
  percent,
  usageError,
  valueWords,
  writeComparison,
} from "../index.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "./options.js";
import { table } from "./table.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataDir", "threads", "backend"] as const;

interface CompareOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const compare = newCommand(
    "compare",
    "Set runs side by side: settings, scores, time, and whether they differ by more than chance.",
  );
  return addFields(compare, keys)
    .argument("<RUN...>", "run folders, two at least")
    .option("-o, --out <FILE>", "write a page with their curves on one chart")
    .addOption(jsonOption())
    .action((runs: readonly string[], options: CompareOptions, self: Command) => run(runs, options, self));
}

async function run(runs: readonly string[], options: CompareOptions, self: Command): Promise<void> {
  if (runs.length < 2) throw usageError({ where: "compare", expected: "two runs at least", got: `${runs.length}` });
  const { config } = await resolveOptions(self, keys);
  const { dataDir, threads, backend } = config;
  const comparison = await compareRuns(runs, { dataDir, threads, backend });
  for (const text of comparison.notes) noter(options)(text);
  if (options.out !== undefined) await writeComparison(comparison, options.out);
  const { runs: compared, differences, pairs, divergence, notes } = comparison;
  if (options.json) printJson({ schema: 1, runs: compared, differences, pairs, divergence, notes });
  else printText(comparisonText(comparison, options));
}

function comparisonText({ runs, differences, pairs, divergence }: Comparison, options: CompareOptions): string {
  const colors = resultColors(options);
  const dim = (cells: readonly string[]) => cells.map((text) => colors.dim(text));
  const share = (score: Comparison["runs"][number]["test"]): string => {
    const accuracy = (score as Readonly<Record<string, unknown>> | null)?.["accuracy"];
    return typeof accuracy === "number" ? percent(accuracy) : "–";
  };
  const rows = runs.map((each, i) => [
    letterOf(i),
    each.run,
    `${each.model} on ${each.dataset}`,
    share(each.test),
    share(each.validation),
    each.bestEpoch === null ? "–" : `${each.bestEpoch} of ${each.epochs}`,
    each.seconds === null ? "–" : duration(each.seconds),
    each.samplesPerSecond === null ? "–" : count(each.samplesPerSecond),
  ]);
  const head = dim(["", "run", "what", "test", "validation", "best epoch", "time", "samples/s"]);
  const settings = differences.map(({ key, values }) => [key, ...values.map(valueWords)]);
  return [
    table("lllrrrrr", [head, ...rows]),
    "",
    ...pairs.map(pairWords),
    ...divergence.map(divergenceWords),
    "",
    settings.length === 0
      ? "No setting differs."
      : table("l".repeat(runs.length + 1), [dim(["setting", ...runs.map((_, i) => letterOf(i))]), ...settings]),
  ].join("\n");
}
