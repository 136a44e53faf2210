/** Whether the net is as sure as it is right. */
import { count, percent } from "../../base/text.js";
import { mainSplit } from "../../evidence/measured.js";
import { type CalibrationBin, calibrationBins, calibrationError } from "../../metrics/ece.js";
import { figure } from "../charts/figure.js";
import { reliabilityChart } from "../charts/reliability.js";
import { html } from "../html.js";
import { type Figure, section } from "../section.js";
import { contextText } from "../words.js";

interface Calibration {
  readonly context: string;
  readonly bins: readonly CalibrationBin[];
  /** Mean gap between probability and share of right answers. */
  readonly error: number;
  /** Mean probability of the predicted class less the share of right answers. */
  readonly surplus: number;
}

const binCount = 15;
/** Gaps smaller than this are nothing to act on. */
const small = 0.02;

const sentenceOf = ({ error, surplus }: Calibration): string => {
  const gap = `Probability and share of right answers are ${percent(error)} apart on average`;
  if (Math.abs(surplus) < small) return `${gap}: what it says can be taken at its word.`;
  return surplus > 0
    ? `${gap}: it is surer than it is right, by ${percent(surplus)}. Label smoothing (--label-smoothing 0.1) or fewer epochs make that less.`
    : `${gap}: it is right more often than it is sure, by ${percent(-surplus)}.`;
};

const pictureOf = (data: Calibration): Figure => ({
  name: "calibration",
  draw: (width) =>
    reliabilityChart(
      { title: "Right answers by probability", sentence: sentenceOf(data), bins: data.bins, count: binCount },
      width,
    ),
});

export const calibration = section<Calibration>({
  id: "calibration",
  title: "How sure it may be",
  async gather({ measured }) {
    const { answers, score } = mainSplit(await measured());
    const { labels, predicted, samples } = answers;
    if (samples === 0) return null;
    const confidence = Float64Array.from({ length: samples }, (_, i) => answers.topProbability(i));
    const right = Uint8Array.from({ length: samples }, (_, i) => Number(predicted[i] === labels[i]));
    const bins = calibrationBins(confidence, right, binCount);
    const surplus = bins.reduce((sum, bin) => sum + bin.count * (bin.confidence - bin.accuracy), 0) / samples;
    return { context: contextText(score), bins, error: calibrationError(bins)!, surplus };
  },
  figures: (data) => [pictureOf(data)],
  render(data, id) {
    const { context, bins } = data;
    const number = { number: true } as const;
    return html`<p class="soft">${context}. Bars: how often answers of such a probability are right. Short lines: how sure they are on average. On the dashed line both agree.</p><div class="pair">${figure(
      pictureOf(data),
      {
        id: `${id}-chart`,
        numbers: {
          caption: `Of ${binCount} bins those that have samples`,
          columns: [
            { title: "probability" },
            { title: "samples", ...number },
            { title: "mean probability", ...number },
            { title: "right", ...number },
          ],
          rows: bins.map(({ bin, count: samples, accuracy, confidence }) => ({
            cells: [
              `${percent(bin / binCount)} to ${percent((bin + 1) / binCount)}`,
              count(samples),
              percent(confidence),
              percent(accuracy),
            ],
          })),
        },
      },
    )}<p>${sentenceOf(data)}</p></div>`;
  },
});
