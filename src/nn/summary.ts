/** What a net is made of: layers, shapes, parameters, multiply-adds. */
import type { ImageShape, LoadOptions } from "../data/dataset.js";
import { findDataset } from "../data/index.js";
import { buildNet } from "../zoo/index.js";
import { elementCount, resolveNet } from "./net.js";

export interface LayerSummary {
  /** As tensors of the model file begin: "3", "3.body.0". */
  readonly name: string;
  readonly type: string;
  /** The spec in one phrase: "dense 299", "leaky-relu 0.01". */
  readonly description: string;
  readonly output: ImageShape;
  readonly parameters: number;
  readonly multiplyAdds: number;
}

export interface NetSummary {
  readonly parameters: number;
  /** Running statistics, which are not learned. */
  readonly statistics: number;
  /** Of one sample's forward pass. */
  readonly multiplyAdds: number;
  readonly layers: readonly LayerSummary[];
}

export interface SummaryOptions extends LoadOptions {
  readonly input?: ImageShape;
  readonly classes?: number;
  readonly activation?: string;
  /** Takes input and classes from this data set. */
  readonly dataset?: string;
}

/** The home shape of the net, unless told. */
export async function summarize(model: string, options: SummaryOptions = {}): Promise<NetSummary> {
  let { input, classes } = options;
  const { dataset } = options;
  if (dataset !== undefined) {
    const data = await findDataset(dataset).load(options);
    input ??= data.shape;
    classes ??= data.classes.length;
  }
  const net = resolveNet(buildNet(model, { input, classes, activation: options.activation }));
  return {
    parameters: net.parameterCount,
    statistics: net.statisticCount,
    multiplyAdds: net.multiplyAdds,
    layers: net.layers.map(({ spec: { type, ...rest }, place, output, parameters, multiplyAdds }) => ({
      name: place.name,
      type,
      description: [type, ...Object.values(rest).map(String)].join(" "),
      output,
      parameters: parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0),
      multiplyAdds,
    })),
  };
}
