/** `heddle verify`: trains a run again, and says whether the same came out. */
import type { Command } from "commander";
import { runError, verifyRun } from "../index.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "./options.js";
import { chooseRenderer } from "./progress/index.js";
import { table } from "./table.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataDir", "threads", "backend"] as const;

interface VerifyOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const verify = newCommand("verify", "Train a run again by what its folder says, and compare.");
  return addFields(verify, keys)
    .argument("<RUN>", "run folder; nothing in it is changed")
    .addOption(jsonOption())
    .action((path: string, options: VerifyOptions, self: Command) => run(path, options, self));
}

async function run(path: string, options: VerifyOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const { dataDir, threads, backend } = config;
  const wishes = { quiet: options.quiet === true, bar: !options.json };
  const renderer = await chooseRenderer(wishes, process.stderr, process.env);
  const verified = await verifyRun(path, {
    threads,
    backend,
    ...(dataDir !== undefined && { dataDir }),
    onEvent: (event) => renderer.onEvent(event),
  }).finally(() => renderer.close());
  const { same, compared, firstDifference, notes } = verified;
  for (const text of notes) noter(options)(text);
  if (options.json) printJson({ schema: 1, ...verified });
  else {
    const { green, red, dim } = resultColors(options);
    const rows = compared.map(({ name, was, is }) =>
      was === is
        ? [dim(name), `${was ?? "-"}`, green("the same")]
        : [dim(name), `${was ?? "-"}`, red(`now ${is ?? "-"}`)],
    );
    printText(table("lll", rows));
  }
  if (same) return;
  throw runError({
    where: path,
    expected: "the same bytes again",
    got: firstDifference === null ? "others" : `others, from epoch ${firstDifference} on`,
    fix: "Other data, another version of Heddle, or an instruction set that rounds differently.",
  });
}
