/** `heddle data fetch`: downloads a published data set. */
import type { Command } from "commander";
import { bytes, exitCodes, type FetchResult, fetchDataset, findDataset } from "../../index.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "../options.js";
import { withSignals } from "../signals.js";
import { printJson, printText } from "../terminal.js";

interface FetchOptions {
  readonly mirror?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress: boolean;
}

export function fetch(): Command {
  return addFields(
    newCommand("fetch", "Download a published data set; what is there and right is left alone.").argument(
      "<NAME>",
      "a data set below",
    ),
    ["dataDir"],
  )
    .option("--mirror <URL>", "folder on the web that holds the files, instead of the public ones")
    .option("--no-progress", "lines instead of a bar")
    .addOption(jsonOption())
    .action((name: string, options: FetchOptions, self: Command) => run(name, options, self));
}

async function run(name: string, options: FetchOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, ["dataDir"]);
  const { chooseTaskProgress } = await import("../progress/index.js");
  const { byteUnit } = await import("../progress/task.js");
  const source = findDataset(name, self.name());
  const wishes = { quiet: options.quiet === true, bar: options.progress && !options.json };
  const progress = await chooseTaskProgress(wishes, process.stderr, process.env, byteUnit);
  const { value: result, received } = await withSignals(
    (signal) =>
      fetchDataset(source, {
        dataDir: config.dataDir,
        mirror: options.mirror,
        signal,
        onEvent: (event) => {
          if (event.kind === "note") progress.note(event.text);
          else progress.update(event.name, event.received, event.bytes);
        },
      }).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      }),
    { clear: () => progress.close(), ending: () => "stopping; the same command goes on from here" },
  ).finally(() => progress.close());
  if (result === null) process.exitCode = exitCodes[received ?? "SIGINT"];
  else if (options.json) printJson({ schema: 1, ...result });
  else printText(resultText(result));
}

function resultText({ dataset, folder, files }: FetchResult): string {
  const fetched = files.filter(({ state }) => state === "fetched");
  const size = fetched.reduce((sum, file) => sum + file.bytes, 0);
  const what = fetched.length === 0 ? "nothing to fetch" : `${fetched.length} fetched (${bytes(size)})`;
  return `${dataset}: ${files.length} ${files.length === 1 ? "file" : "files"} as published in ${folder}, ${what}`;
}
