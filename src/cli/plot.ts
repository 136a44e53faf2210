/** `heddle plot`: learning curves in characters. */
import type { Command } from "commander";
import { plotRun } from "../index.js";
import { newCommand } from "./options.js";
import { noter, printText, resultColumns } from "./terminal.js";
import { knowsUnicode } from "./unicode.js";

export function command(): Command {
  return newCommand("plot", "Draw the learning curves of a run in characters.")
    .argument("<RUN>", "run folder; the run may still go on")
    .action(async (run: string, options: { readonly quiet?: boolean }) => {
      const { lines, notes } = await plotRun(run, { columns: resultColumns(), unicode: knowsUnicode(process.env) });
      for (const text of notes) noter(options)(text);
      printText(lines.join("\n"));
    });
}
