/** Lines over a common x: learning curves. Where a value is missing the line breaks and goes on after it. */
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { type Html, html } from "../html.js";
import { type Entry, legend, marker } from "./legend.js";
import { at, label, letterSize, type Picture } from "./picture.js";
import { widthOf } from "./text-width.js";

export type Point = readonly [x: number, y: number | null];

export interface Series extends Omit<Entry, "kind"> {
  readonly kind: "line" | "pale";
  readonly points: readonly Point[];
}

export interface LineChart {
  readonly title: string;
  readonly sentence: string;
  readonly series: readonly Series[];
  readonly x: { readonly name: string; readonly from: number; readonly to: number };
  readonly y: {
    readonly name: string;
    readonly text: (value: number) => string;
    /** The largest value that the axis has to hold beside those of the lines, and whether it begins at 0. */
    readonly zero: boolean;
  };
  /** A line across, with its words: the best epoch. */
  readonly mark?: { readonly x: number; readonly name: string } | null;
}

/** Of the place for the lines and the x axis. */
const height = 240;
/** More points than that get no mark each. */
const markedAtMost = 24;

export function lineChart({ title, sentence, series, x, y, mark }: LineChart, width: number): Picture {
  const values = series.flatMap(({ points }) => points.flatMap(([, value]) => (value === null ? [] : [value])));
  const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const floor = y.zero ? Math.min(0, low) : low;
  const room = high > floor ? 0 : Math.abs(high) || 1;
  const head = legend(series, { x: 4, y: 2, width: width - 8 });
  const nameAt = head.height + 8;
  const top = nameAt + (mark ? 30 : 14);
  const whole = height + top;
  const vertical = scaleLinear([floor - (y.zero ? 0 : room / 2), high + room / 2], [whole - 40, top]).nice(5);
  const ticks = vertical.ticks(5);
  const texts = ticks.map(y.text);
  const left = Math.max(...texts.map((text) => widthOf(text, letterSize))) + 12;
  const right = width - 12;
  const horizontal = scaleLinear([x.from, Math.max(x.to, x.from + 1)], [left, right]);
  const bottom = whole - 40;
  const path = line<Point>()
    .defined(([, value]) => value !== null)
    .x(([px]) => at(horizontal(px)))
    .y(([, value]) => at(vertical(value ?? 0)));
  const body = html`${head.drawn}${label(y.name, { x: 4, y: nameAt, look: "soft" })}${ticks.map((tick, i) => {
    const py = at(vertical(tick));
    return html`<path class="grid" d="M${at(left)},${py}H${right}"/>${label(texts[i], { x: left - 8, y: py, anchor: "end", look: "soft" })}`;
  })}<path class="axis" d="M${at(left)},${at(bottom)}H${right}"/>${wholeTicks(x.from, x.to, right - left).map((tick) =>
    label(`${tick}`, { x: horizontal(tick), y: bottom + 14, anchor: "middle", look: "soft" }),
  )}${label(x.name, { x: right, y: bottom + 31, anchor: "end", look: "soft" })}${mark ? markOf(mark, horizontal(mark.x), top, bottom, left, right) : null}${series.map(
    ({ kind, tone, points }) =>
      html`<path class="${kind}-${tone}" d="${path([...points]) ?? ""}"/>${marked(points, kind).map(([px, py]) =>
        marker(tone, horizontal(px), vertical(py ?? 0), kind === "pale" ? 1.5 : 3),
      )}`,
  )}`;
  const data = { plot: [left, right, x.from, Math.max(x.to, x.from + 1)].map(at).join(" "), top: `${at(top)}` };
  return { width, height: whole, title, sentence, body, data };
}

/** Points that are drawn as marks: some of a line, and each that stands alone, since it would not be seen. */
function marked(points: readonly Point[], kind: Series["kind"]): Point[] {
  const known = points.filter(([, value]) => value !== null);
  const every = Math.ceil(known.length / markedAtMost);
  return points.filter(([, value], i) => {
    if (value === null) return false;
    const alone = (points[i - 1]?.[1] ?? null) === null && (points[i + 1]?.[1] ?? null) === null;
    return alone || (kind === "line" && known.indexOf(points[i]) % every === 0);
  });
}

/** Whole numbers of the axis, as many as have room. */
function wholeTicks(from: number, to: number, width: number): number[] {
  const wide = widthOf(`${to}`, letterSize) + 14;
  const most = Math.max(2, Math.floor(width / wide));
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].find(
    (each) => (to - from) / each <= most,
  );
  const each = step ?? 10 ** Math.ceil(Math.log10((to - from) / most));
  const first = Math.ceil(from / each) * each;
  return Array.from({ length: Math.floor((to - first) / each) + 1 }, (_, i) => first + i * each);
}

function markOf(
  mark: { readonly name: string },
  x: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): Html {
  const half = widthOf(mark.name, letterSize) / 2;
  const middle = Math.min(Math.max(x, left + half), right - half);
  return html`<path class="mark" d="M${at(x)},${at(top - 4)}V${at(bottom)}"/>${label(mark.name, { x: middle, y: top - 14, anchor: "middle" })}`;
}
