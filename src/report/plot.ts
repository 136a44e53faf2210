/** `heddle plot`: a run's learning curves in characters. */
import { aSwitch, aText, checkOptions, whole } from "../base/given.js";
import { number, percent } from "../base/text.js";
import { readFacts } from "../evidence/facts.js";
import { historyOf } from "../evidence/history.js";
import { findMetric } from "../metrics/index.js";
import { characterPlot } from "./character-plot.js";
import { bestEpoch } from "./sections/curves.js";

export interface PlotOptions {
  readonly columns: number;
  /** False: signs of ASCII alone. */
  readonly unicode: boolean;
}

export interface RunPlot {
  /** No line is longer than the columns, unless those are fewer than 20. */
  readonly lines: readonly string[];
  readonly notes: readonly string[];
}

const rows = 12;

/** Throws HeddleError where the folder is no run's, or its metrics are damaged. */
export function plotRun(run: string, options: PlotOptions): Promise<RunPlot> {
  aText(run, "plotRun, run");
  checkOptions("plotRun", options, { columns: whole(1, 10_000), unicode: aSwitch }, ["columns", "unicode"]);
  const { columns, unicode } = options;
  const { record, lines, result, notes } = readFacts(run);
  const { epochs } = historyOf(lines, record.stepsPerEpoch);
  const best = result?.bestEpoch ?? bestEpoch(epochs, findMetric(record.config.select));
  const held = epochs.some(({ validation }) => validation !== null);
  const wide = Math.max(20, columns);
  const of = (name: string, title: string, text: (value: number) => string, map: (value: number) => number) =>
    characterPlot({
      title,
      lines: (["train", "validation"] as const)
        .filter((split) => split === "train" || held)
        .map((split) => ({
          name: split === "train" ? "train, mean of the epoch" : "validation",
          points: epochs.map((point) => {
            const value = point[split]?.[name] ?? null;
            return [point.epoch, value === null ? null : map(value)] as const;
          }),
        })),
      text,
      columns: wide,
      rows,
      mark: best,
      unicode,
    });
  const about = `${record.model} on ${record.dataset}, ${epochs.length} of ${record.epochs} epochs${best === null ? "" : `, best ${best} (^)`}`;
  return Promise.resolve({
    lines: [
      [...about].slice(0, wide).join(""),
      "",
      ...of("loss", `Loss (${record.config.loss.name}) by epoch`, number, (value) => value),
      "",
      ...of("accuracy", "Error by epoch", percent, (value) => 1 - value),
    ],
    notes,
  });
}
