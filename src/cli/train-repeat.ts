/** `heddle train --seeds` and `--folds`: several runs and what they come to together. */
import {
  count,
  duration,
  exitCodes,
  parseResumeWith,
  percent,
  type RepeatDocument,
  type Resolved,
  shellPath,
  trainRepeatedly,
  usageError,
} from "../index.js";
import { chooseRenderer } from "./progress/index.js";
import { withSignals } from "./signals.js";
import { table } from "./table.js";
import { noter, printJson, printText, resultColors } from "./terminal.js";
import type { TrainOptions } from "./train.js";

export async function runRepeatedly({ config, sources }: Resolved, options: TrainOptions): Promise<void> {
  for (const name of ["live", "profile"] as const) {
    if (options[name]) throw usageError({ where: `--${name}`, expected: "one run", got: "several" });
  }
  const wishes = { quiet: options.quiet === true, bar: options.progress && !options.json };
  const renderer = await chooseRenderer(wishes, process.stderr, process.env);
  const { value: outcome, received } = await withSignals(
    (signal) =>
      trainRepeatedly({
        config,
        sources,
        signal,
        report: options.report,
        onEvent: (event) => renderer.onEvent(event),
        ...(options.resume !== undefined && { resume: options.resume }),
        ...(options.resumeWith !== undefined && { resumeWith: parseResumeWith(options.resumeWith) }),
      }),
    { clear: () => renderer.close(), ending: () => "finishing the step, writing the checkpoint" },
  ).finally(() => renderer.close());
  if (outcome.status === "stopped") {
    noter(options)(`Stopped. To go on: heddle train --resume ${shellPath(outcome.folder)}`);
    process.exitCode = exitCodes[received ?? "SIGINT"];
    return;
  }
  if (options.json) printJson(outcome.result);
  else printText(textOf(outcome.result, options));
  if (outcome.missed) throw outcome.missed;
}

function textOf({ runs, split, mean, deviation, interval, folder }: RepeatDocument, options: TrainOptions): string {
  const colors = resultColors(options);
  const folds = runs[0].fold !== undefined;
  const values = (score: object | null): Readonly<Record<string, unknown>> => (score ?? {}) as Record<string, unknown>;
  const share = (value: unknown): string => (typeof value === "number" ? percent(value) : "-");
  const head = [folds ? "fold" : "seed", `${split} accuracy`, "loss", "samples", "best epoch", "time", "weights"];
  const rows = runs.map(({ seed, fold, result }) => {
    const { accuracy, loss, samples } = values(result[split]);
    return [
      `${fold ?? seed}`,
      share(accuracy),
      typeof loss === "number" ? loss.toPrecision(4) : "-",
      typeof samples === "number" ? count(samples) : "-",
      `${result.bestEpoch} of ${result.epochs}`,
      duration(result.seconds),
      `${(result.weightsHash ?? "-").slice(0, 15)}…`,
    ];
  });
  const spread = deviation === null ? "" : `, deviation ${percent(deviation)}`;
  const where =
    interval === null
      ? ""
      : `, 95 % interval of the mean ${interval.map((end) => (100 * end).toFixed(2)).join(" .. ")}`;
  return [
    "",
    table("rrrrrrl", [head.map((title) => colors.dim(title)), ...rows]),
    "",
    `${split} accuracy  ${colors.bold(percent(mean))}${spread}${where} (${runs.length} runs)`,
    `runs  ${folder}/1 … ${folder}/${runs.length}`,
    "",
  ].join("\n");
}
