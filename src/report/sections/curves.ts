/** How loss, error and rate went from epoch to epoch. */
import { HeddleError } from "../../base/errors.js";
import { number, percent } from "../../base/text.js";
import { type BatchPoint, type EpochPoint, smoothed } from "../../evidence/history.js";
import { findMetric, isBetter } from "../../metrics/index.js";
import type { Metric } from "../../metrics/metric.js";
import { figure } from "../charts/figure.js";
import { type LineChart, lineChart, type Point } from "../charts/line-chart.js";
import type { Table } from "../charts/table.js";
import { type Html, html } from "../html.js";
import { type Figure, type ReportRun, section } from "../section.js";

interface Curves {
  readonly epochs: readonly EpochPoint[];
  readonly batches: readonly BatchPoint[];
  /** Epochs that the run was asked for. */
  readonly planned: number;
  readonly best: number | null;
  /** What the epochs' training loss holds that validation's does not. */
  readonly trainedWith: readonly string[];
  /** What that of minibatches holds beside it: it is what was minimized. */
  readonly minimized: readonly string[];
  readonly loss: string;
}

export const curves = section<Curves>({
  id: "curves",
  title: "Learning curves",
  live: true,
  async gather({ facts: { record, result }, history, model }) {
    if (history.epochs.length === 0 && history.batches.length === 0) return null;
    const { config } = record;
    return {
      epochs: history.epochs,
      batches: history.batches,
      planned: record.epochs,
      best: result?.bestEpoch ?? bestEpoch(history.epochs, findMetric(config.select)),
      trainedWith: [
        // Of a run that goes on, the model is not read at each epoch again.
        ...(result && (await drops(model)) ? ["dropout"] : []),
        ...(config.targetNoise > 0 ? [`${percent(config.targetNoise)} wrong targets`] : []),
        ...(history.augmented ? ["augmented images"] : []),
      ],
      minimized: [
        ...(config.labelSmoothing > 0 ? [`label smoothing ${config.labelSmoothing}`] : []),
        ...(config.classWeights !== "none" ? ["class weights"] : []),
      ],
      loss: config.loss.name,
    };
  },
  render: (data, id) =>
    html`<div class="pair">${lossFigure(data, `${id}-loss`)}${errorFigure(data, `${id}-error`)}</div>${rateText(data, `${id}-rate`)}`,
  figures: (data) => [lossChart(data), errorChart(data), ...(rateVaries(data) ? [rateChart(data)] : [])],
});

/** The first of the best epochs: that whose validation has the best value; null where none has one. */
export function bestEpoch(epochs: readonly Pick<EpochPoint, "epoch" | "validation">[], metric: Metric): number | null {
  let best: { readonly epoch: number; readonly value: number } | null = null;
  for (const { epoch, validation } of epochs) {
    const value = validation?.[metric.name] ?? null;
    if (value !== null && isBetter(metric, value, best?.value ?? null)) best = { epoch, value };
  }
  return best?.epoch ?? null;
}

/** Whether training sees less than validation does; a run without a model does not say. */
async function drops(model: ReportRun["model"]): Promise<boolean> {
  try {
    const { layers } = (await model()).model.architecture;
    return JSON.stringify(layers).includes('"type":"dropout"');
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return false;
  }
}

type Pick1 = "train" | "validation";

const points = (
  { epochs }: Curves,
  split: Pick1,
  of: (values: Readonly<Record<string, number | null>>) => number | null,
): Point[] => epochs.map((point) => [point.epoch, point[split] ? of(point[split]) : null]);

const errorOf = (values: Readonly<Record<string, number | null>>): number | null =>
  typeof values["accuracy"] === "number" ? 1 - values["accuracy"] : null;
const lossOf = (values: Readonly<Record<string, number | null>>): number | null => values["loss"] ?? null;

/** "train, with dropout, augmented images". */
const withExtras = (name: string, extras: readonly string[]): string =>
  `${name}${extras.length > 0 ? `, with ${extras.join(", ")}` : ""}`;

const hasValidation = ({ epochs }: Curves): boolean => epochs.some(({ validation }) => validation !== null);

const markOf = ({ best }: Curves): { readonly x: number; readonly name: string } | null =>
  best === null ? null : { x: best, name: `best epoch ${best}` };

function xAxis(data: Curves, from: number): LineChart["x"] {
  return {
    name: "epoch",
    from,
    to: Math.max(1, ...data.epochs.map(({ epoch }) => epoch), Math.ceil(data.batches.at(-1)?.at ?? 0)),
  };
}

function lossChart(data: Curves): Figure {
  const batches = data.batches.map(({ at, loss }): Point => [at, loss]);
  const smooth = smoothed(
    batches.map(([, loss]) => loss),
    0.8,
  );
  const series = [
    ...(batches.length > 0
      ? [
          { name: withExtras("minibatches", data.minimized), tone: 2, kind: "pale" as const, points: batches },
          {
            name: "minibatches, smoothed",
            tone: 2,
            kind: "line" as const,
            points: batches.map(([x], i): Point => [x, smooth[i]]),
          },
        ]
      : []),
    {
      name: data.trainedWith.length > 0 ? withExtras("train", data.trainedWith) : "train, mean of the epoch",
      tone: 0,
      kind: "line" as const,
      points: points(data, "train", lossOf),
    },
    ...(hasValidation(data)
      ? [
          {
            name: "validation, after the epoch",
            tone: 1,
            kind: "line" as const,
            points: points(data, "validation", lossOf),
          },
        ]
      : []),
  ];
  const chart = {
    title: `Loss (${data.loss}) by epoch`,
    sentence: sentence(data, "loss", lossOf, number),
    series,
    x: xAxis(data, batches.length > 0 ? 0 : 1),
    y: { name: "loss", text: tickText, zero: true },
    mark: markOf(data),
  };
  return { name: "loss", draw: (width) => lineChart(chart, width) };
}

function errorChart(data: Curves): Figure {
  const series = [
    { name: "train, mean of the epoch", tone: 0, kind: "line" as const, points: points(data, "train", errorOf) },
    ...(hasValidation(data)
      ? [
          {
            name: "validation, after the epoch",
            tone: 1,
            kind: "line" as const,
            points: points(data, "validation", errorOf),
          },
        ]
      : []),
  ];
  const chart = {
    title: "Error by epoch",
    sentence: sentence(data, "error", errorOf, percent),
    series,
    x: xAxis(data, 1),
    y: { name: "error, share of samples", text: (value: number) => `${tickText(100 * value)} %`, zero: true },
    mark: markOf(data),
  };
  return { name: "error", draw: (width) => lineChart(chart, width) };
}

const rateVaries = ({ epochs }: Curves): boolean => new Set(epochs.map(({ lr }) => lr)).size > 1;

function rateChart(data: Curves): Figure {
  const series = [
    {
      name: "learning rate of the last update",
      tone: 3,
      kind: "line" as const,
      points: data.epochs.map(({ epoch, lr }): Point => [epoch, lr]),
    },
  ];
  const rates = data.epochs.map(({ lr }) => lr ?? 0);
  const chart = {
    title: "Learning rate by epoch",
    sentence: `The learning rate goes from ${rates[0]} to ${rates.at(-1)}.`,
    series,
    x: xAxis(data, 1),
    y: { name: "rate", text: (value: number) => `${value}`, zero: true },
    mark: markOf(data),
  };
  return { name: "rate", draw: (width) => lineChart(chart, width) };
}

/** Ticks are round numbers. */
const tickText = (value: number): string => `${Number(value.toPrecision(6))}`;

function sentence(data: Curves, name: string, of: typeof lossOf, text: (value: number) => string): string {
  const said = (["train", "validation"] as const).flatMap((split) => {
    const known = points(data, split, of).flatMap(([epoch, value]) => (value === null ? [] : [{ epoch, value }]));
    if (known.length === 0) return [];
    const [first, last] = [known[0], known[known.length - 1]];
    const best = known.find(({ epoch }) => epoch === data.best);
    return [
      `${split} ${name} goes from ${text(first.value)} in epoch ${first.epoch} to ${text(last.value)} in epoch ${last.epoch}${best ? `, ${text(best.value)} in the best epoch ${best.epoch}` : ""}`,
    ];
  });
  return said.length > 0 ? `${said.join("; ")}.` : "No epoch has ended.";
}

const lossFigure = (data: Curves, id: string): Html =>
  figure(lossChart(data), {
    id,
    caption: lossCaption(data),
    numbers: numbers(data, "Loss by epoch", lossOf, number),
    readout: readout(data, lossOf, number),
  });

function lossCaption({ trainedWith, minimized, batches }: Curves): string {
  const moved = "Training is the mean over the epoch, while the weights moved; validation is measured after it.";
  const held =
    trainedWith.length > 0
      ? ` Training holds ${trainedWith.join(", ")}, which makes it higher; validation does not.`
      : "";
  const apart =
    minimized.length > 0 && batches.length > 0
      ? ` Minibatches are shown as they are minimized, with ${minimized.join(", ")}; the other lines are the plain loss.`
      : "";
  return `${moved}${held}${apart}`;
}

const errorFigure = (data: Curves, id: string): Html =>
  figure(errorChart(data), {
    id,
    numbers: numbers(data, "Error by epoch", errorOf, percent),
    readout: readout(data, errorOf, percent),
  });

function numbers(data: Curves, caption: string, of: typeof lossOf, text: (value: number) => string): Table {
  const cell = (value: number | null): string => (value === null ? "–" : text(value));
  const held = hasValidation(data);
  return {
    caption,
    columns: [
      { title: "epoch", number: true },
      { title: "train", number: true },
      ...(held ? [{ title: "validation", number: true } as const] : []),
    ],
    rows: data.epochs.map(({ epoch, train, validation }) => ({
      x: epoch,
      cells: [`${epoch}`, cell(of(train)), ...(held ? [cell(validation && of(validation))] : [])],
    })),
  };
}

function readout(data: Curves, of: typeof lossOf, text: (value: number) => string): string {
  const shown = data.epochs.find(({ epoch }) => epoch === data.best) ?? data.epochs.at(-1);
  if (!shown) return "No epoch has ended.";
  const value = (values: Readonly<Record<string, number | null>>): string => {
    const number = of(values);
    return number === null ? "–" : text(number);
  };
  return `epoch ${shown.epoch} · train ${value(shown.train)}${shown.validation ? ` · validation ${value(shown.validation)}` : ""}`;
}

function rateText(data: Curves, id: string): Html | null {
  if (data.epochs.length === 0) return null;
  if (!rateVaries(data)) return html`<p class="soft">Learning rate ${data.epochs[0].lr} in every epoch.</p>`;
  const table = {
    caption: "Learning rate by epoch",
    columns: [
      { title: "epoch", number: true },
      { title: "rate", number: true },
    ] as const,
    rows: data.epochs.map(({ epoch, lr }) => ({ x: epoch, cells: [`${epoch}`, lr ?? "–"] })),
  };
  return html`<div class="pair">${figure(rateChart(data), { id, numbers: table, readout: `epoch ${data.epochs[0].epoch} · rate ${data.epochs[0].lr}` })}</div>`;
}
