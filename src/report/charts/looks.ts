/**
 * How everything drawn looks, by its class, in light and in dark. The page makes its style from these, and a figure in a
 * file carries the ones that it uses, so both look the same.
 */
import { mix, readableOn } from "./color.js";

/** In light and in dark. */
export type Pair = readonly [light: string, dark: string];

export const ground: Pair = ["#ffffff", "#1b1d21"];
export const ink: Pair = ["#1b1c1f", "#ececef"];
export const softInk: Pair = ["#595b64", "#a9abb5"];
export const grid: Pair = ["#e2e3e6", "#34363d"];

/** Hues that people who see few of them tell apart (after Okabe and Ito), 3 : 1 at least against the ground. */
export const hues: readonly Pair[] = [
  ["#0b66b0", "#6cb4f4"],
  ["#b84a00", "#f3a35c"],
  ["#00765a", "#43c59e"],
  ["#8c3b9a", "#d59be0"],
];

/** Beside its hue each line has a dash and a mark of its own. */
export const dashes = ["", "7 4", "2 4", "9 3 2 3"] as const;

/** Shades of a heat map, from nearly nothing to full. */
export const shades = 7;

type Properties = Readonly<Record<string, string | Pair>>;

function makeLooks(): Map<string, Properties> {
  const looks = new Map<string, Properties>();
  looks.set("text", { fill: ink });
  looks.set("soft", { fill: softInk });
  looks.set("strong", { fill: ink, "font-weight": "600" });
  looks.set("grid", { stroke: grid, "stroke-width": "1", fill: "none" });
  looks.set("axis", { stroke: softInk, "stroke-width": "1", fill: "none" });
  looks.set("mark", { stroke: ink, "stroke-width": "1", "stroke-dasharray": "3 3", fill: "none" });
  looks.set("frame", { stroke: grid, "stroke-width": "1", fill: "none" });
  looks.set("ground", { fill: ground });
  looks.set("rest", { fill: grid });
  for (const [i, hue] of hues.entries()) {
    const dash = dashes[i] ? { "stroke-dasharray": dashes[i] } : {};
    const line = { stroke: hue, fill: "none", "stroke-width": "2", "stroke-linejoin": "round" };
    looks.set(`line-${i}`, { ...line, ...dash });
    looks.set(`pale-${i}`, { ...line, "stroke-width": "1", opacity: "0.45" });
    looks.set(`dot-${i}`, { fill: hue, stroke: ground, "stroke-width": "1" });
    looks.set(`bar-${i}`, { fill: hue });
  }
  // Right answers along the diagonal, wrong ones off it.
  for (const [kind, hue] of [
    ["right", hues[0]],
    ["wrong", hues[1]],
  ] as const) {
    for (let shade = 0; shade < shades; shade++) {
      const share = 0.1 + (0.9 * shade) / (shades - 1);
      const fill = hue.map((color, mode) => mix(ground[mode], color, share)) as unknown as Pair;
      const on = fill.map((color) => readableOn(color, "#000000", "#ffffff")) as unknown as Pair;
      looks.set(`${kind}-${shade}`, { fill });
      looks.set(`on-${kind}-${shade}`, { fill: on });
    }
  }
  return looks;
}

export const looks: ReadonlyMap<string, Properties> = makeLooks();

const declarations = (properties: Properties, mode: 0 | 1, only?: "pairs"): string =>
  Object.entries(properties)
    .filter(([, value]) => only === undefined || typeof value !== "string")
    .map(([name, value]) => `${name}:${typeof value === "string" ? value : value[mode]}`)
    .join(";");

/** Rules of these classes in one mode; `only`: what differs between the modes. */
export const rulesOf = (names: Iterable<string>, mode: 0 | 1, only?: "pairs"): string =>
  [...names]
    .map((name) => `.${name}{${declarations(looks.get(name) ?? {}, mode, only)}}`)
    .filter((rule) => !rule.endsWith("{}"))
    .join("");

/** Of all classes: light, and dark where the reader's screen is; paper is light. */
export const chartStyle = (): string =>
  `svg text{font:12px ${fonts};}svg .small{font-size:11px}${rulesOf(looks.keys(), 0)}` +
  `@media screen and (prefers-color-scheme:dark){${rulesOf(looks.keys(), 1, "pairs")}}`;

export const fonts = `-apple-system,BlinkMacSystemFont,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans",sans-serif`;
