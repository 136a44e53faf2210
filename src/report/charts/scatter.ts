/** Points in a plane, in a picture of their own or as a panel of a larger one: trials of a search, rates of a range test. */
import { scaleLinear, scaleLog, scalePoint } from "d3-scale";
import { type Html, html } from "../html.js";
import { at, label } from "./picture.js";

export interface ScatterAxis {
  readonly name: string;
  /** Names where the values have no order. */
  readonly names?: readonly string[];
  readonly log?: boolean;
  readonly text: (value: number) => string;
}

export interface ScatterPoint {
  /** A number, or the place of its name. */
  readonly x: number;
  readonly y: number;
  /** Class of the mark: "dot-0", "right-3". */
  readonly look: string;
  readonly big?: boolean;
  readonly title: string;
}

export interface Scatter {
  readonly title: string;
  readonly x: ScatterAxis;
  readonly y: ScatterAxis;
  readonly points: readonly ScatterPoint[];
}

/** Where values of an axis lie between two places, and which of them are named. */
function scaleOf(
  axis: ScatterAxis,
  values: readonly number[],
  [from, to]: readonly [number, number],
): { place: (value: number) => number; ticks: readonly (readonly [number, string])[] } {
  if (axis.names) {
    const scale = scalePoint<number>(
      axis.names.map((_, i) => i),
      [from, to],
    ).padding(0.5);
    return { place: (value) => scale(value) ?? from, ticks: axis.names.map((name, i) => [i, name]) };
  }
  const [low, high] = values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  if (axis.log && low > 0) {
    const scale = scaleLog([low, high > low ? high : low * 10], [from, to]).nice();
    const [first, last] = scale.domain();
    const decades = Array.from({ length: Math.round(Math.log10(last / first)) + 1 }, (_, i) => first * 10 ** i);
    return { place: scale, ticks: decades.map((tick) => [tick, axis.text(Number(tick.toPrecision(1)))]) };
  }
  const room = high > low ? 0.06 * (high - low) : Math.abs(high) * 0.1 || 1;
  const scale = scaleLinear([low - room, high + room], [from, to]);
  return { place: scale, ticks: scale.ticks(4).map((tick) => [tick, axis.text(tick)]) };
}

/** Drawn with its upper left corner at (left, top). */
export function scatterPanel(
  { title, x, y, points }: Scatter,
  {
    left,
    top,
    width,
    height,
  }: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): Html {
  const box = { left: left + 58, right: left + width - 14, top: top + 40, bottom: top + height - 44 };
  const horizontal = scaleOf(
    x,
    points.map((point) => point.x),
    [box.left + 8, box.right - 8],
  );
  const vertical = scaleOf(
    y,
    points.map((point) => point.y),
    [box.bottom - 8, box.top + 8],
  );
  const most = Math.max(1, Math.floor((box.right - box.left) / 56));
  const every = Math.max(1, Math.ceil(horizontal.ticks.length / most));
  return html`<g>${label(title, { x: left + 4, y: top + 10, look: "strong" })}${label(y.name, { x: left + 4, y: top + 27, look: "soft" })}${vertical.ticks.map(
    ([value, text]) =>
      html`<path class="grid" d="M${at(box.left)},${at(vertical.place(value))}H${at(box.right)}"/>${label(text.length > 9 ? `${text.slice(0, 8)}…` : text, { x: box.left - 6, y: vertical.place(value), anchor: "end", look: "soft small", whole: text })}`,
  )}<path class="axis" d="M${at(box.left)},${at(box.bottom)}H${at(box.right)}"/>${horizontal.ticks.map(
    ([value, text], i) =>
      i % every === 0
        ? label(text.length > 12 ? `${text.slice(0, 11)}…` : text, {
            x: horizontal.place(value),
            y: box.bottom + 14,
            anchor: "middle",
            look: "soft small",
            whole: text,
          })
        : null,
  )}${label(x.name, { x: box.right, y: box.bottom + 32, anchor: "end", look: "soft" })}${points.map(
    ({ x: px, y: py, look, big, title: said }) =>
      html`<circle class="${look}" cx="${at(horizontal.place(px))}" cy="${at(vertical.place(py))}" r="${big ? 6 : 4}"><title>${said}</title></circle>`,
  )}</g>`;
}
