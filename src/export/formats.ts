/** The formats of `heddle export --to`. Each turns the graph of a model into the bytes of one file. */
import type { Member } from "../base/registry.js";
import { type Graph, weightBytes } from "./graph.js";

export interface ExportFormat extends Member {
  /** Whether prepared numbers may go in instead of raw pixel values. */
  readonly barePossible: boolean;
  encode(graph: Graph): Promise<readonly Uint8Array[]>;
  /** How many of the file's bytes are weights. */
  weightBytes(graph: Graph): number;
}

export const exportFormats: readonly ExportFormat[] = [
  {
    name: "onnx",
    summary: "ONNX (opset 17, IR 8): onnxruntime, OpenVINO and others, from any language",
    barePossible: true,
    encode: async (graph) => (await import("./onnx/write.js")).encodeOnnx(graph),
    weightBytes,
  },
  {
    name: "web",
    summary: "one HTML page that predicts by itself: draw or choose a photo, in any browser, offline",
    barePossible: false,
    encode: async (graph) => (await import("./web/page.js")).pageParts(graph),
    weightBytes: (graph) => 4 * Math.ceil(weightBytes(graph) / 3), // base64
  },
];
