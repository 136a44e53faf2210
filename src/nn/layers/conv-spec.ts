/** What a convolution's spec says, how a sentence says it, and the sizes that follow for an input. */
import { z } from "zod";
import type { ConvGeometry } from "../../kernels/ops/conv-geometry.js";
import { padded } from "../../kernels/panels.js";
import { paddingSchema, readSliding, type Sliding, sizeSchema, slidingGeometry, slidingWords } from "../geometry.js";
import { type Notation, sizeOf, sizeText } from "../notation.js";
import type { FeatureShape } from "../spec.js";

export const schema = z.strictObject({
  type: z.literal("conv2d"),
  filters: z.number().int().min(1).max(65536),
  kernel: sizeSchema,
  /** 1 where absent. */
  stride: sizeSchema.optional(),
  /** `valid` where absent. */
  padding: paddingSchema.optional(),
  /** True where absent. */
  bias: z.boolean().optional(),
});
export type Conv2dSpec = z.infer<typeof schema>;

/** What a window needs to be known by. */
type Windowed = Pick<Conv2dSpec, "kernel" | "stride" | "padding">;

export const slidingOf = ({ kernel, stride = 1, padding = "valid" }: Windowed): Sliding => ({
  size: kernel,
  stride,
  padding,
});

/** The sizes that kernels read. */
export function geometryOf(spec: Windowed & Pick<Conv2dSpec, "filters">, input: FeatureShape): ConvGeometry {
  const { height, width, channels } = input;
  const { windowHeight: kernelHeight, windowWidth: kernelWidth, ...sliding } = slidingGeometry(slidingOf(spec), input);
  return { height, width, channels, kernelHeight, kernelWidth, ...sliding, filters: spec.filters };
}

/** Units of a weight's update: as many channels as a vector has lanes, with all their taps, in one panel of filters. */
export const unitCount = ({ filters, channels }: ConvGeometry, lanes: number, panelLanes: number): number =>
  Math.ceil(filters / panelLanes) * Math.ceil(channels / lanes);

/** A number that is only added takes as long as so many multiply-adds, about: it is read for that alone. */
const addition = 8;

/** Of each vector of a bias, what its sum over a sample's pixels costs, in multiply-adds. */
export const biasWork = (filters: number, pixels: number, lanes: number): readonly number[] =>
  new Array<number>(Math.ceil(filters / lanes)).fill(pixels * lanes * addition);

/** Panel by panel, how many channels and filters each of them has, with the padding of filters: what its products take. */
export const unitWidths = (
  { filters, channels }: ConvGeometry,
  lanes: number,
  panelLanes: number,
): readonly (readonly { readonly channels: number; readonly filters: number }[])[] =>
  Array.from({ length: Math.ceil(filters / panelLanes) }, (_, panel) =>
    Array.from({ length: Math.ceil(channels / lanes) }, (_unit, i) => ({
      channels: Math.min(lanes, channels - i * lanes),
      filters: Math.min(panelLanes, padded(filters, lanes) - panel * panelLanes),
    })),
  );

export const notation: Notation<Conv2dSpec> = {
  word: "conv",
  usage: "conv FILTERSxKERNEL [same | pad N] [stride N] [nobias]",
  bare: { type: "conv2d", filters: 32, kernel: 3, padding: "same" },
  read(sentence) {
    const [filters, ...size] = sentence.sizes("filters x kernel size, as in conv 32x3", 2, 3);
    const spec = { type: "conv2d" as const, filters, kernel: sizeOf(size), ...readSliding(sentence) };
    return sentence.oneOf("nobias") === undefined ? spec : { ...spec, bias: false };
  },
  write({ filters, kernel, bias = true, ...sliding }) {
    return [`${filters}x${sizeText(kernel)}`, ...slidingWords(sliding), ...(bias ? [] : ["nobias"])].join(" ");
  },
};
