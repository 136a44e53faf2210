/** How far probabilities can be believed: bars of what was right in each bin of probabilities, and the line where both agree. */
import { percent } from "../../base/text.js";
import { type CalibrationBin } from "../../metrics/ece.js";
import { html } from "../html.js";
import { at, label, type Picture } from "./picture.js";

export interface Reliability {
  readonly title: string;
  readonly sentence: string;
  /** Those that have samples. */
  readonly bins: readonly CalibrationBin[];
  /** In all, of equal width. */
  readonly count: number;
}

const ticks = [0, 0.25, 0.5, 0.75, 1];

export function reliabilityChart({ title, sentence, bins, count }: Reliability, width: number): Picture {
  const side = Math.min(width, 420);
  const box = { left: 46, right: side - 12, top: 30, bottom: side - 46 };
  const x = (share: number): number => box.left + share * (box.right - box.left);
  const y = (share: number): number => box.bottom - share * (box.bottom - box.top);
  const bars = bins.map(({ bin, accuracy, confidence, count: samples }) => {
    const [from, to] = [x(bin / count) + 1, x((bin + 1) / count) - 1];
    const said = `${percent(bin / count)} to ${percent((bin + 1) / count)}: ${samples} samples, on average sure by ${percent(confidence)}, right in ${percent(accuracy)}`;
    return html`<g><title>${said}</title><rect class="bar-0" x="${at(from)}" y="${at(y(accuracy))}" width="${at(to - from)}" height="${at(box.bottom - y(accuracy))}"/><path class="line-1" d="M${at(from)},${at(y(confidence))}H${at(to)}"/></g>`;
  });
  const body = html`${label("right", { x: 4, y: 14, look: "soft" })}${ticks.map(
    (tick) =>
      html`<path class="grid" d="M${at(box.left)},${at(y(tick))}H${at(box.right)}"/>${label(`${100 * tick} %`, { x: box.left - 6, y: y(tick), anchor: "end", look: "soft small" })}${label(`${100 * tick} %`, { x: x(tick), y: box.bottom + 14, anchor: tick === 1 ? "end" : "middle", look: "soft small" })}`,
  )}${bars}<path class="mark" d="M${at(x(0))},${at(y(0))}L${at(x(1))},${at(y(1))}"/><path class="axis" d="M${at(box.left)},${at(box.bottom)}H${at(box.right)}"/>${label("probability of the predicted class", { x: box.right, y: box.bottom + 34, anchor: "end", look: "soft" })}`;
  return { width: side, height: side, title, sentence, body };
}
