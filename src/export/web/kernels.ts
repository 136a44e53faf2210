/**
 * The operators of a graph as plain loops, for where nothing is installed: the page that `export --to web` makes, and tests.
 * One entry per operator of `kernels/operators.ts`; sums are in double, tensors float32, channels first.
 */
import type { Attributes, OperatorName } from "../../kernels/operators.js";

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** `inputs` as ONNX lists them; a shape to be given is a tensor of its numbers. */
export type Kernel = (inputs: readonly Tensor[], attributes: Attributes) => Tensor;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const whole = (attributes: Attributes, name: string): number => attributes[name] as number;
const list = (attributes: Attributes, name: string): readonly number[] => attributes[name] as readonly number[];
const real = (attributes: Attributes, name: string): number => (attributes[name] as { real: number }).real;

const each =
  (f: (x: number, attributes: Attributes) => number): Kernel =>
  ([{ shape, data }], attributes) => ({ shape, data: data.map((x) => f(x, attributes)) });

/** Of two tensors whose shapes agree from the right, where a size of 1 stands for any. */
const both =
  (f: (a: number, b: number) => number): Kernel =>
  ([a, b]) => {
    const shape = a.shape.map((size, axis) =>
      size === 1 ? (b.shape[axis - a.shape.length + b.shape.length] ?? 1) : size,
    );
    const data = new Float32Array(sizeOf(shape));
    const [stepsA, stepsB] = [stepsIn(a.shape, shape), stepsIn(b.shape, shape)];
    const place = new Array<number>(shape.length).fill(0);
    let [atA, atB] = [0, 0];
    for (let i = 0; i < data.length; i++) {
      data[i] = f(a.data[atA], b.data[atB]);
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        atA += stepsA[axis];
        atB += stepsB[axis];
        if (++place[axis] < shape[axis]) break;
        atA -= stepsA[axis] * shape[axis];
        atB -= stepsB[axis] * shape[axis];
        place[axis] = 0;
      }
    }
    return { shape, data };
  };

/** How far apart neighbors along each axis of `shape` lie in a tensor that is repeated along its axes of size 1. */
function stepsIn(own: readonly number[], shape: readonly number[]): number[] {
  const steps = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let axis = own.length - 1; axis >= 0; axis--) {
    if (own[axis] > 1) steps[axis + shape.length - own.length] = step;
    step *= own[axis];
  }
  return steps;
}

/** Over neighboring axes, from the first to the last of `axes`. */
const reduce =
  (start: number, take: (sum: number, x: number) => number, finish: (sum: number, count: number) => number): Kernel =>
  ([{ shape, data }], attributes) => {
    const axes = list(attributes, "axes");
    const [first, last] = [axes[0], axes[axes.length - 1]];
    const [before, count, after] = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)].map(
      sizeOf,
    );
    const kept = whole(attributes, "keepdims") === 1 ? axes.map(() => 1) : [];
    const result = new Float32Array(before * after);
    for (let i = 0; i < before; i++) {
      for (let j = 0; j < after; j++) {
        let sum = start;
        for (let k = 0; k < count; k++) sum = take(sum, data[(i * count + k) * after + j]);
        result[i * after + j] = finish(sum, count);
      }
    }
    return { shape: [...shape.slice(0, first), ...kept, ...shape.slice(last + 1)], data: result };
  };

/** The windows of a map: `step` is called for each place of the output with the window's part inside the image. */
export function slide(
  [height, width]: readonly number[],
  attributes: Attributes,
): {
  outHeight: number;
  outWidth: number;
  kernel: readonly number[];
  strides: readonly number[];
  pads: readonly number[];
} {
  const [kernel, strides, pads] = ["kernel_shape", "strides", "pads"].map((name) => list(attributes, name));
  return {
    kernel,
    strides,
    pads,
    outHeight: Math.floor((height + pads[0] + pads[2] - kernel[0]) / strides[0]) + 1,
    outWidth: Math.floor((width + pads[1] + pads[3] - kernel[1]) / strides[1]) + 1,
  };
}

const pool =
  (start: number, take: (sum: number, x: number) => number, finish: (sum: number, count: number) => number): Kernel =>
  ([{ shape, data }], attributes) => {
    const [batch, channels, height, width] = shape;
    const { outHeight, outWidth, kernel, strides, pads } = slide([height, width], attributes);
    const result = new Float32Array(batch * channels * outHeight * outWidth);
    let at = 0;
    for (let plane = 0; plane < batch * channels; plane++) {
      for (let row = -pads[0]; row <= (outHeight - 1) * strides[0] - pads[0]; row += strides[0]) {
        for (let column = -pads[1]; column <= (outWidth - 1) * strides[1] - pads[1]; column += strides[1]) {
          let sum = start;
          for (let y = Math.max(0, row); y < Math.min(height, row + kernel[0]); y++) {
            const line = (plane * height + y) * width;
            for (let x = Math.max(0, column); x < Math.min(width, column + kernel[1]); x++) {
              sum = take(sum, data[line + x]);
            }
          }
          result[at++] = finish(sum, kernel[0] * kernel[1]);
        }
      }
    }
    return { shape: [batch, channels, outHeight, outWidth], data: result };
  };

const largest = (a: number, b: number): number => (b > a || Number.isNaN(b) ? b : a);

const convolution: Kernel = ([{ shape, data }, weight, bias], attributes) => {
  const [batch, channels, height, width] = shape;
  const [filters, each] = weight.shape;
  const { outHeight, outWidth, kernel, strides, pads } = slide([height, width], attributes);
  const pixels = outHeight * outWidth;
  const result = new Float32Array(batch * filters * pixels);
  const sums = new Float64Array(pixels);
  for (let sample = 0; sample < batch; sample++) {
    for (let filter = 0; filter < filters; filter++) {
      sums.fill(bias ? bias.data[filter] : 0);
      // Of a convolution in groups, the channels of the filter's own.
      const first = Math.floor((filter * channels) / each / filters) * each;
      for (let tap = 0; tap < each * kernel[0] * kernel[1]; tap++) {
        const w = weight.data[filter * each * kernel[0] * kernel[1] + tap];
        const channel = first + Math.floor(tap / (kernel[0] * kernel[1]));
        const top = (Math.floor(tap / kernel[1]) % kernel[0]) - pads[0];
        const left = (tap % kernel[1]) - pads[1];
        // Places whose tap falls inside the image.
        const from = Math.max(0, Math.ceil(-left / strides[1]));
        const to = Math.min(outWidth, Math.floor((width - 1 - left) / strides[1]) + 1);
        for (let row = 0; row < outHeight; row++) {
          const y = row * strides[0] + top;
          if (y < 0 || y >= height) continue;
          const line = ((sample * channels + channel) * height + y) * width + left;
          const out = row * outWidth;
          for (let column = from; column < to; column++) sums[out + column] += w * data[line + column * strides[1]];
        }
      }
      result.set(sums, (sample * filters + filter) * pixels);
    }
  }
  return { shape: [batch, filters, outHeight, outWidth], data: result };
};

/** y = a b^T + c. */
const product: Kernel = ([a, b, c]) => {
  const [[rows, inner], [columns]] = [a.shape, b.shape];
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = c.data[column];
      const [from, with_] = [row * inner, column * inner];
      for (let k = 0; k < inner; k++) sum += a.data[from + k] * b.data[with_ + k];
      data[row * columns + column] = sum;
    }
  }
  return { shape: [rows, columns], data };
};

const normalize: Kernel = ([{ shape, data }, scale, bias, mean, variance], attributes) => {
  const epsilon = real(attributes, "epsilon");
  const [, channels] = shape;
  const pixels = sizeOf(shape.slice(2));
  const gain = scale.data.map((value, channel) => value / Math.sqrt(variance.data[channel] + epsilon));
  const values = data.map((x, i) => {
    const channel = Math.floor(i / pixels) % channels;
    return (x - mean.data[channel]) * gain[channel] + bias.data[channel];
  });
  return { shape, data: values };
};

const softmax: Kernel = ([{ shape, data }]) => {
  const [rows, classes] = shape;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const z = data.subarray(row * classes, (row + 1) * classes);
    const top = z.reduce((most, value) => Math.max(most, value), -Infinity);
    const sum = z.reduce((total, value) => total + Math.exp(value - top), 0);
    for (let i = 0; i < classes; i++) result[row * classes + i] = Math.exp(z[i] - top) / sum;
  }
  return { shape, data: result };
};

/** Abramowitz and Stegun's series and continued fraction of the error function, to double's precision. */
function errorFunction(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

export type Kernels = Readonly<Record<OperatorName, Kernel>>;

export const kernels: Kernels = {
  Add: both((a, b) => a + b),
  AveragePool: pool(
    0,
    (sum, x) => sum + x,
    (sum, count) => sum / count,
  ),
  BatchNormalization: normalize,
  Conv: convolution,
  Div: both((a, b) => a / b),
  Elu: each((x, attributes) => (x < 0 ? real(attributes, "alpha") * Math.expm1(x) : x)),
  Erf: each(errorFunction),
  Flatten: ([{ shape, data }]) => ({ shape: [shape[0], sizeOf(shape.slice(1))], data }),
  Gemm: product,
  GlobalAveragePool: ([x]) => {
    const mean = reduce(
      0,
      (sum, value) => sum + value,
      (sum, count) => sum / count,
    );
    return mean([x], { axes: [2, 3], keepdims: 1 });
  },
  LeakyRelu: each((x, attributes) => (x < 0 ? x * real(attributes, "alpha") : x)),
  Max: both(largest),
  MaxPool: pool(-Infinity, largest, (sum) => sum),
  Mul: both((a, b) => a * b),
  ReduceL2: reduce(0, (sum, x) => sum + x * x, Math.sqrt),
  ReduceMax: reduce(-Infinity, largest, (sum) => sum),
  ReduceMean: reduce(
    0,
    (sum, x) => sum + x,
    (sum, count) => sum / count,
  ),
  ReduceMin: reduce(
    Infinity,
    (sum, x) => Math.min(sum, x),
    (sum) => sum,
  ),
  Relu: each((x) => (x < 0 ? 0 : x)),
  Reshape: ([{ shape, data }, to]) => ({ shape: [...to.data].map((size, axis) => size || shape[axis]), data }),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Softmax: softmax,
  Sub: both((a, b) => a - b),
  Tanh: each(Math.tanh),
};
