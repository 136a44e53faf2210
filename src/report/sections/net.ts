/** What the net is made of, and what each layer costs. */
import { bytes, count } from "../../base/text.js";
import { resolveNet } from "../../nn/net.js";
import { type LayerSummary, layerSummaries } from "../../run/summary.js";
import { sentenceOf } from "../../zoo/arrow/printer.js";
import { table } from "../charts/table.js";
import { html } from "../html.js";
import { section } from "../section.js";

interface NetPart {
  readonly sentence: string;
  readonly input: string;
  readonly layers: readonly LayerSummary[];
  readonly parameters: number;
  readonly statistics: number;
  readonly multiplyAdds: number;
}

export const net = section<NetPart>({
  id: "net",
  title: "Net",
  async gather({ model, facts }) {
    const { architecture } = (await model()).model;
    const resolved = resolveNet(architecture);
    const { parameterCount: parameters, statisticCount: statistics, multiplyAdds } = resolved;
    const layers = layerSummaries(resolved, facts.record.dtype);
    return {
      sentence: sentenceOf(architecture.layers),
      input: shapeText(architecture.input),
      ...{ layers, parameters, statistics, multiplyAdds },
    };
  },
  render: ({ sentence, input, layers, parameters, statistics, multiplyAdds }) =>
    html`<p><code>${sentence}</code></p><p class="soft">Input ${input}. ${count(parameters)} parameters${statistics > 0 ? ` and ${count(statistics)} running statistics` : null}, ${count(multiplyAdds)} multiply-adds (${count(2 * multiplyAdds)} FLOP) forward for an image; backward takes about twice as many.</p><div class="scroll">${table(
      {
        caption: "Layers; multiply-adds and activations of one image",
        columns: [
          { title: "" },
          { title: "layer" },
          { title: "output", number: true },
          { title: "parameters", number: true },
          { title: "multiply-adds", number: true },
          { title: "share", number: true },
          { title: "activations", number: true },
          { title: "sees", number: true },
        ],
        rows: layers.map((layer) => ({
          cells: [
            layer.name,
            layer.description,
            shapeText(layer.output),
            layer.parameters > 0 ? count(layer.parameters) : "",
            layer.multiplyAdds > 0 ? count(layer.multiplyAdds) : "",
            layer.multiplyAdds > 0 ? `${((100 * layer.multiplyAdds) / multiplyAdds).toFixed(1)} %` : "",
            bytes(layer.activationBytes),
            `${layer.receptiveField.height}x${layer.receptiveField.width}`,
          ],
        })),
      },
    )}</div>`,
});

const shapeText = ({ height, width, channels }: LayerSummary["output"]): string =>
  height === 1 && width === 1 ? `${channels}` : `${height}x${width}x${channels}`;
