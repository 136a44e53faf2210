/** `heddle replay`: the step at which a loss left the finite, run again and shown layer by layer. */
import type { Command } from "commander";
import { count, type NumberRange, replay, runError, someOf } from "../index.js";
import type { Colors } from "./ansi.js";
import { whileLoading } from "./loading.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "./options.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataDir", "threads", "backend"] as const;

interface ReplayOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const summary = "Run the step again at which a training's loss became NaN or infinite; show each layer's numbers.";
  return addFields(newCommand("replay", summary), keys)
    .argument("<FILE>", "replay.safetensors of the run's folder")
    .addOption(jsonOption())
    .action((path: string, options: ReplayOptions, self: Command) => run(path, options, self));
}

async function run(path: string, options: ReplayOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const { dataDir, threads, backend } = config;
  const found = await whileLoading(options, (onEvent) =>
    replay(path, { threads, backend, ...(dataDir !== undefined && { dataDir }), onEvent }),
  );
  if (options.json) printJson({ schema: 1, ...found });
  else {
    const colors = resultColors(options);
    const samples = someOf(
      found.samples.map((sample) => `${sample}`),
      10,
    );
    const outcome = found.reproduced ? "loss or gradient is not finite" : "the loss is finite this time";
    const parts = [
      `epoch ${found.epoch}, step ${found.step}: ${outcome}; training samples ${samples}`,
      ranges("layer", found.layers, colors),
      ranges("weights before the update", found.parameters, colors),
    ];
    printText(parts.join("\n\n"));
  }
  if (found.reproduced) return;
  throw runError({
    where: path,
    expected: "a loss that is not finite, as in the run",
    got: "a finite one",
    fix: "Another version of Heddle, or an instruction set that rounds differently?",
  });
}

function ranges(
  title: string,
  rows: readonly (NumberRange & { readonly name: string; readonly what: string })[],
  colors: Colors,
): string {
  const head = [title, "", "least", "largest", "not finite", "numbers"].map((text) => colors.dim(text));
  const digits = (value: number | null): string => (value === null ? "-" : value.toPrecision(4));
  return table("llrrrr", [
    head,
    ...rows.map(({ name, what, low, high, nonFinite, numbers }) => {
      const wrong = nonFinite > 0 ? colors.red(count(nonFinite)) : "0";
      return [name, what, digits(low), digits(high), wrong, count(numbers)];
    }),
  ]);
}
