/** `heddle profile`: where the time of a training step goes. */
import type { Command } from "commander";
import { bytes, count, counted, percent, profileStep, type StepProfile, writeTextFile } from "../index.js";
import { addFields, givenFlags, jsonOption, newCommand, numberOf, resolveOptions } from "./options.js";
import { table } from "./table.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";

const keys = ["batchSize", "optimizer", "augment", "dtype", "threads", "backend"] as const;
const ofRun = "(default: the run's, or that of train)";

interface ProfileFlags {
  readonly model: string;
  readonly seconds: string;
  readonly trace?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const profile = newCommand("profile", "Run warm training steps and tell where their time goes, and what to do.");
  return addFields(
    profile.option("--model <NET|RUN>", "net to profile on random input, or a run's folder", "dtu-mlp"),
    keys,
    {
      batchSize: `samples per step ${ofRun}`,
      optimizer: `how gradients move weights ${ofRun}`,
      augment: `changes to training images ${ofRun}`,
      dtype: `number format ${ofRun}`,
    },
  )
    .option("--seconds <X>", "time to measure for", "2")
    .option("--trace <FILE>", "write the steps as a Chrome trace, for ui.perfetto.dev or chrome://tracing")
    .addOption(jsonOption())
    .action((options: ProfileFlags, self: Command) => run(options, self));
}

async function run(options: ProfileFlags, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const given = givenFlags(self, keys);
  const said = Object.fromEntries(
    keys
      .filter((key) => key === "threads" || key === "backend" || given[key] !== undefined)
      .map((key) => [key, config[key]]),
  ) as Partial<Pick<typeof config, (typeof keys)[number]>>;
  const { batchSize, ...others } = said;
  const { profile, trace, traceNote } = await profileStep({
    model: options.model,
    seconds: numberOf("--seconds", options.seconds),
    ...others,
    ...(batchSize !== undefined && {
      batchSize: batchSize === "full" ? numberOf("--batch-size", batchSize, "whole") : batchSize,
    }),
  });
  if (options.trace !== undefined) {
    writeTextFile(options.trace, trace);
    noter(options)(traceNote(options.trace));
  }
  if (options.json) printJson({ schema: 1, ...profile });
  else printText(profileText(profile, options));
}

function profileText(profile: StepProfile, options: ProfileFlags): string {
  const colors = resultColors(options);
  const { msPerStep, gflops, peakShare, ranks, layers } = profile;
  const dim = (cells: readonly string[]) => cells.map((text) => colors.dim(text));
  const peak = (share: number | null) => (share === null ? "" : percent(share));
  const shown = layers.filter(({ ms }) => ms > 0);
  const rows = shown.map((each) => [
    each.layer === null ? "" : `${each.layer} ${each.type}`,
    each.pass,
    each.ms.toFixed(3),
    percent(each.share),
    each.gflops === null ? "" : each.gflops.toFixed(1),
    peak(each.peakShare),
    each.bytes === null ? "" : bytes(each.bytes),
  ]);
  const ofRanks = ranks.map(({ compute, wait }, rank) => [`${rank}`, compute.toFixed(3), wait.toFixed(3)]);
  return [
    `${profile.model}, batch ${profile.batchSize}, ${profile.dtype}, ${profile.backend} ${profile.isa}, ${counted(profile.threads, "thread")}`,
    `${colors.bold(`${msPerStep.median.toFixed(3)} ms`)} a step (median of ${count(profile.steps)} steps; best ${msPerStep.best.toFixed(3)} ms) · ` +
      `${count(profile.samplesPerSecond)} samples/s · ${gflops.toFixed(1)} GFLOP/s${peakShare === null ? "" : `, ${percent(peakShare)} of the peak`}`,
    "",
    table("llrrrrr", [dim(["layer", "pass", "ms", "share", "GFLOP/s", "of the peak", "bytes at least"]), ...rows]),
    colors.dim(
      "GFLOP/s count the definition's multiply-adds, two operations each; a layer's share of the peak those that its way computes.",
    ),
    "",
    table("rrr", [dim(["rank", "compute ms", "wait ms"]), ...ofRanks]),
    `imbalance ${percent(profile.imbalance)}: the slowest rank's computing above the mean`,
    "",
    profile.advice,
  ].join("\n");
}
