/** Curves of several runs on one chart: their losses, and their errors. */
import { number, percent } from "../base/text.js";
import type { History } from "../evidence/history.js";
import { figure } from "./charts/figure.js";
import { lineChart, type Point } from "./charts/line-chart.js";
import { type Html, html } from "./html.js";
import type { Figure } from "./section.js";

type Values = Readonly<Record<string, number | null>>;

/** Only as many lines as hues tell apart. */
export const linesAtMost = 4;

interface Curve {
  readonly name: string;
  readonly title: string;
  readonly of: (values: Values) => number | null;
  readonly text: (value: number) => string;
}

const curves: readonly Curve[] = [
  { name: "loss", title: "Loss", of: (values) => values["loss"] ?? null, text: number },
  {
    name: "error",
    title: "Error",
    of: ({ accuracy }) => (typeof accuracy === "number" ? 1 - accuracy : null),
    text: percent,
  },
];

/** One for each name, `linesAtMost` of them; of validation where all have it, else of training. `id` is unique on the page. */
export function curvesOf(names: readonly string[], histories: readonly History[], id: string): Html {
  const drawn = histories.slice(0, names.length);
  const of = (curve: Curve): Html => figure(chart(names, drawn, curve, id), { id: `${id}-${curve.name}` });
  return html`<div class="pair">${curves.map(of)}</div>`;
}

function chart(
  names: readonly string[],
  drawn: readonly History[],
  { name, title, of, text }: Curve,
  id: string,
): Figure {
  const held = drawn.every(({ epochs }) => epochs.some(({ validation }) => validation !== null));
  const series = drawn.map(({ epochs }, i) => ({
    name: names[i],
    tone: i,
    kind: "line" as const,
    points: epochs.map(({ epoch, train, validation }): Point => {
      const values = held ? validation : train;
      return [epoch, values && of(values)];
    }),
  }));
  const last = Math.max(1, ...drawn.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)));
  const ends = series.map(({ name: run, points }) => `${run} ends at ${textOf(points.at(-1)?.[1] ?? null, text)}`);
  const split = held ? "validation" : "train";
  const drawing = {
    title: `${title}, ${split}, by epoch`,
    sentence: `${ends.join("; ")}.`,
    series,
    x: { name: "epoch", from: 1, to: last },
    y: { name: `${name}, ${split}`, text, zero: true },
  };
  return { name: `${id}-${name}`, draw: (width) => lineChart(drawing, width) };
}

const textOf = (value: number | null, text: (value: number) => string): string => (value === null ? "–" : text(value));
