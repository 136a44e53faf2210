/** A model's preprocessing in the operators of its graph, so that raw pixel values go in. */
import type { Preprocessing } from "../data/preprocessing.js";
import type { Operators, Value } from "../kernels/operators.js";

/** `images` [batch, channels, height, width] of values 0..maximum. */
export function preprocess(images: Value, { apply, constant }: Operators, preprocessing: Preprocessing): Value {
  if (preprocessing.kind === "affine") {
    const { scale, shift, channels } = preprocessing;
    const each = [channels, 1, 1];
    const scaled = scale.every((value) => value === 1) ? images : apply("Mul", [images, constant(scale, each)]);
    return shift.every((value) => value === 0) ? scaled : apply("Add", [scaled, constant(shift, each)]);
  }
  // Minus the smallest value first, exactly: then an even image is zeros whatever the rounding of its mean, and the floor
  // under the norm, which only an even image is below, makes zeros of them instead of 0 / 0.
  const sides = { axes: [1, 2, 3], keepdims: 1 };
  const above = apply("Sub", [images, apply("ReduceMin", [images], sides)]);
  const centered = apply("Sub", [above, apply("ReduceMean", [above], sides)]);
  const norm = apply("Max", [apply("ReduceL2", [centered], sides), constant([1e-6])]);
  return apply("Div", [centered, norm]);
}

/** What goes into the graph, in words: a reader of the file has nothing else to go by. */
export function inputText(preprocessing: Preprocessing, inside: boolean): string {
  const { height, width, channels, maximum } = preprocessing;
  const shape = `float32 [N, ${channels}, ${height}, ${width}], channels first`;
  if (inside) return `${shape}: raw pixel values 0..${maximum}; the preprocessing is inside`;
  const formula =
    preprocessing.kind === "affine"
      ? "value * scale[channel] + shift[channel]"
      : "each image minus its mean, over the 2-norm of what remains (an even image is zeros)";
  return `${shape}: prepared numbers, ${formula} of pixel values 0..${maximum}; the preprocessing is not inside`;
}
