/** Windows that slide over an image: what convolutions and poolings have in common. */
import { z } from "zod";
import { usageError } from "../base/errors.js";
import type { ImageShape } from "../base/shape.js";
import type { Attributes } from "../kernels/operators.js";
import { type LayerPlace, layerWhere, shapeText, type Window } from "./layer.js";
import { type Arguments, sizeOf, sizeText } from "./notation.js";

const positive = z.number().int().min(1).max(1024);
const whole = z.number().int().min(0).max(1024);

/** One number for both axes, or [height, width]. */
export const sizeSchema = z.union([positive, z.tuple([positive, positive])]);
export type Size = z.infer<typeof sizeSchema>;

/**
 * `valid`: none · `same`: TensorFlow's rule, so that the output has ceil(n / stride) places: in all
 * max((ceil(n / s) - 1) s + k - n, 0), the odd one right and below · a number, or [height, width]: so much on both sides.
 */
export const paddingSchema = z.union([z.enum(["valid", "same"]), whole, z.tuple([whole, whole])]);
export type Padding = z.infer<typeof paddingSchema>;

export const pairOf = (size: number | readonly [number, number]): readonly [number, number] =>
  typeof size === "number" ? [size, size] : size;

export interface Sliding {
  readonly size: Size;
  readonly stride: Size;
  readonly padding: Padding;
}

/** A sliding window on an image, in the words of the kernels. Padding right and below follows from the output's size. */
export interface SlidingGeometry {
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

interface Axis {
  readonly before: number;
  /** Places the window has; below 1 where it does not fit. */
  readonly out: number;
}

function slideAxis(n: number, k: number, s: number, padding: "valid" | "same" | number): Axis {
  if (padding === "same") {
    const out = Math.ceil(n / s);
    return { out, before: Math.floor(Math.max((out - 1) * s + k - n, 0) / 2) };
  }
  const before = padding === "valid" ? 0 : padding;
  return { out: Math.floor((n + 2 * before - k) / s) + 1, before };
}

const axesOf = (padding: Padding): readonly ["valid" | "same" | number, "valid" | "same" | number] =>
  typeof padding === "string" ? [padding, padding] : pairOf(padding);

/** What a window sees of an image, and where. */
export function slidingGeometry({ size, stride, padding }: Sliding, { height, width }: ImageShape): SlidingGeometry {
  const [windowHeight, windowWidth] = pairOf(size);
  const [strideHeight, strideWidth] = pairOf(stride);
  const [vertical, horizontal] = axesOf(padding);
  const rows = slideAxis(height, windowHeight, strideHeight, vertical);
  const columns = slideAxis(width, windowWidth, strideWidth, horizontal);
  return {
    windowHeight,
    windowWidth,
    strideHeight,
    strideWidth,
    padTop: rows.before,
    padLeft: columns.before,
    outHeight: rows.out,
    outWidth: columns.out,
  };
}

/** The same for a layer at its place. Throws `usageError` naming the layer where the image is smaller than the window. */
export function slide(sliding: Sliding, type: string, place: LayerPlace): SlidingGeometry {
  const { input } = place;
  const { size, padding } = sliding;
  const [height, width] = pairOf(size);
  const [vertical, horizontal] = axesOf(padding);
  const padText = padding === "valid" ? "no padding" : `padding ${padding === "same" ? padding : sizeText(padding)}`;
  const padded = `window ${height}x${width}, ${padText}`;
  const where = layerWhere(place, type);
  if (input.image) {
    throw usageError({
      where,
      expected: "an image (height x width x channels)",
      got: `the flattened ${shapeText(input.image)} as a vector of ${input.channels}`,
      fix: "Put it before the flatten.",
    });
  }
  if (Number(vertical) >= height || Number(horizontal) >= width) {
    const expected = "padding smaller than the window, so that every window sees a pixel";
    throw usageError({ where, expected, got: `${padded} on ${shapeText(input)}` });
  }
  const geometry = slidingGeometry(sliding, input);
  if (geometry.outHeight < 1 || geometry.outWidth < 1) {
    const least = (window: number, pad: number | string): number => window - 2 * (Number(pad) || 0);
    throw usageError({
      where,
      expected: `an image of at least ${least(height, vertical)}x${least(width, horizontal)} (${padded})`,
      got: `one of ${input.height}x${input.width}x${input.channels}`,
      fix: `The net has shrunk too far here: use padding "same", fewer poolings, or larger images.`,
    });
  }
  return geometry;
}

/**
 * A window in the words of exported graphs. Padding is numbers and never negative: a window that passes the end is not there,
 * so what it would leave over needs none. `auto_pad` means something else to every runtime.
 */
export function slidingAttributes(geometry: SlidingGeometry, { height, width }: ImageShape): Attributes {
  const { windowHeight, windowWidth, strideHeight, strideWidth, padTop, padLeft, outHeight, outWidth } = geometry;
  const bottom = Math.max(0, (outHeight - 1) * strideHeight + windowHeight - height - padTop);
  const right = Math.max(0, (outWidth - 1) * strideWidth + windowWidth - width - padLeft);
  return {
    kernel_shape: [windowHeight, windowWidth],
    strides: [strideHeight, strideWidth],
    pads: [padTop, padLeft, bottom, right],
  };
}

/** The reach of the layer that slides so. */
export const windowOf = ({ windowHeight, windowWidth, strideHeight, strideWidth }: SlidingGeometry): Window => ({
  height: windowHeight,
  width: windowWidth,
  strideHeight,
  strideWidth,
});

interface SlidingOptions {
  readonly stride?: Size | undefined;
  readonly padding?: Padding | undefined;
}

/** `same`, `pad 2` and `stride 2` of a sentence. */
export function readSliding(sentence: Arguments): SlidingOptions {
  const padding = sentence.oneOf("same", "valid", "pad");
  const pad = padding === "pad" ? sizeOf(sentence.sizes("padding, as in pad 1 or pad 1x0", 1, 2)) : padding;
  return { ...readStride(sentence), ...(pad !== undefined && pad !== "valid" && { padding: pad as Padding }) };
}

export function readStride(sentence: Arguments): Pick<SlidingOptions, "stride"> {
  if (sentence.oneOf("stride") === undefined) return {};
  return { stride: sizeOf(sentence.sizes("a stride, as in stride 2 or stride 2x1", 1, 2)) };
}

/** Back from `readSliding`. */
export function slidingWords({ padding = "valid", stride }: SlidingOptions): string[] {
  const pad = padding === "valid" ? [] : [padding === "same" ? "same" : `pad ${sizeText(padding)}`];
  return stride === undefined ? pad : [...pad, `stride ${sizeText(stride)}`];
}
