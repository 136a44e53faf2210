/** The picture of a search: score against each setting, and where the trials lie in the plane of the first two numbers. */
import { shown } from "../base/schema-words.js";
import { findMetric, valueText } from "../metrics/index.js";
import { shades } from "../report/charts/looks.js";
import { asFile } from "../report/charts/picture.js";
import { type Scatter, type ScatterAxis, scatterPanel } from "../report/charts/scatter.js";
import { html } from "../report/html.js";
import type { SearchDocument, TrialDocument } from "../run/documents/search.js";
import type { SearchPlan } from "./plan.js";

const [width, height] = [340, 250];

/** A setting as people write it. */
const number = (value: number): string => `${Number(value.toPrecision(3))}`;

/** The axis of a setting over the trials that have it, and each trial's place on it. */
function axisOf(
  key: string,
  trials: readonly TrialDocument[],
  log: boolean,
): ScatterAxis & { of: (trial: TrialDocument) => number } {
  const values = trials.map(({ config }) => config[key]);
  if (values.every((value) => typeof value === "number")) {
    return { name: key, log, text: number, of: ({ config }) => Number(config[key]) };
  }
  const names = [...new Set(values.map(textOf))];
  return { name: key, names, text: number, of: ({ config }) => names.indexOf(textOf(config[key])) };
}

const textOf = (value: unknown): string => {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || !("name" in value)) return shown(value);
  const { name, ...options } = value;
  return [name, ...Object.entries(options).map(([key, of]) => `${key}=${shown(of)}`)].join(" ");
};

/** SVG; null where no trial has a score, or only one. */
export function pictureOf(plan: SearchPlan, { trials, metric: name, best }: SearchDocument): string | null {
  const scored = trials.filter(({ score }) => score !== null);
  if (scored.length < 2 || best === null) return null;
  const metric = findMetric(name);
  const y: ScatterAxis = { name: `${metric.title}, validation`, text: (value) => valueText(metric, value) };
  const said = ({ trial, name: variant, score, config }: TrialDocument): string =>
    [
      `${variant ?? `trial ${trial}`}: ${valueText(metric, score)}`,
      ...Object.entries(config).map(([key, value]) => `${key} ${textOf(value)}`),
    ].join(", ");
  const keys = [...new Set(scored.flatMap(({ config }) => Object.keys(config)))];
  const isLog = (key: string): boolean => {
    const values = scored.flatMap(({ config }) => (typeof config[key] === "number" ? [config[key]] : []));
    return Math.min(...values) > 0 && Math.max(...values) >= 20 * Math.min(...values);
  };
  const against = (x: ReturnType<typeof axisOf>, of: readonly TrialDocument[], title: string): Scatter => ({
    title,
    x,
    y,
    points: of.map((trial) => ({
      x: x.of(trial),
      y: trial.score!,
      look: trial.trial === best.trial ? "dot-1" : "dot-0",
      big: trial.trial === best.trial,
      title: said(trial),
    })),
  });
  const panels: Scatter[] =
    plan.strategy === null
      ? [variantsPanel(scored, against)]
      : keys.map((key) => {
          const having = scored.filter(({ config }) => key in config);
          return against(axisOf(key, having, isLog(key)), having, `Score against ${key}`);
        });
  const numeric = keys.filter((key) => scored.every(({ config }) => typeof config[key] === "number"));
  if (plan.strategy !== null && numeric.length >= 2) {
    const [across, up] = numeric.map((key) => axisOf(key, scored, isLog(key)));
    // The best are the darkest: by rank, so that one far-off score does not make all others alike.
    const points = scored.map((trial, rank) => ({
      x: across.of(trial),
      y: up.of(trial),
      look: `right-${Math.round((1 - rank / (scored.length - 1)) * (shades - 1))}`,
      big: trial.trial === best.trial,
      title: said(trial),
    }));
    panels.push({ title: "Where the trials lie; the darker the better", x: across, y: up, points });
  }
  const columns = Math.min(panels.length, 2);
  const body = html`${panels.map((panel, i) =>
    scatterPanel(panel, {
      left: (i % columns) * width,
      top: Math.floor(i / columns) * height,
      width,
      height,
    }),
  )}`;
  return asFile({
    width: columns * width,
    height: Math.ceil(panels.length / columns) * height,
    title: `${scored.length} trials by ${metric.title} of validation`,
    sentence: `The best: ${said(best)}.`,
    body,
  });
}

function variantsPanel(
  scored: readonly TrialDocument[],
  against: (x: ReturnType<typeof axisOf>, of: readonly TrialDocument[], title: string) => Scatter,
): Scatter {
  const inOrder = [...scored].sort((a, b) => a.trial - b.trial);
  const names = inOrder.map(({ name, trial }) => name ?? `${trial}`);
  const x = { name: "variant", names, text: number, of: (trial: TrialDocument) => inOrder.indexOf(trial) };
  return against(x, inOrder, "Score of each variant");
}
