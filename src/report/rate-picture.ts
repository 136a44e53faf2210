/** The picture of a range test: the loss against the rate, in SVG. */
import type { FoundRate } from "../train/find-rate.js";
import { asFile } from "./charts/picture.js";
import { scatterPanel } from "./charts/scatter.js";

const [width, height] = [640, 340];
const short = (value: number): string => `${Number(value.toPrecision(3))}`;

export function ratePicture({ points, suggestion, lowest }: FoundRate): string {
  const marked = suggestion ?? lowest;
  const nearest = points.reduce((best, point) =>
    Math.abs(Math.log(point.rate / marked)) < Math.abs(Math.log(best.rate / marked)) ? point : best,
  );
  const title =
    suggestion === null ? "No rate makes the loss fall" : `Loss falls fastest at a rate of ${short(suggestion)}`;
  const body = scatterPanel(
    {
      title,
      x: { name: "learning rate", log: true, text: short },
      y: { name: "loss, smoothed", text: short },
      points: points.map((point) => ({
        x: point.rate,
        y: point.smoothed,
        look: point === nearest ? "dot-1" : "dot-0",
        big: point === nearest,
        title: `rate ${short(point.rate)}: loss ${short(point.smoothed)}`,
      })),
    },
    { left: 0, top: 0, width, height },
  );
  return asFile({ width, height, title: "Range test of the learning rate", sentence: `${title}.`, body });
}
