/**
 * Convolutions and dense layers by WebAssembly SIMD (`native/wasm/kernels.c`), for where it runs: one thread, float32 sums. All
 * other operators are the plain loops of `kernels.ts`, and so is a net where it does not run.
 */
import type { Attributes } from "../../kernels/operators.js";
import { type Kernel, type Kernels, kernels, slide, type Tensor } from "./kernels.js";

/** What the module of `kernels.wasm` exports. */
export interface FastExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly __heap_base: { readonly value: number };
  conv(
    ...numbers: [
      input: number,
      taps: number,
      count: number,
      weights: number,
      bias: number,
      out: number,
      filters: number,
      height: number,
      width: number,
      row: number,
    ]
  ): void;
  dense(...numbers: [a: number, b: number, c: number, out: number, rows: number, outputs: number, inner: number]): void;
}

/** What is used of WebAssembly, whose types come with a browser's alone. */
interface WebAssemblyParts {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: FastExports };
}

/** `bytes`: `kernels.wasm`. Null where WebAssembly or its SIMD is missing (browsers before 2023), or forbidden. */
export function loadFast(bytes: Uint8Array): Kernels | null {
  try {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyParts }).WebAssembly;
    return fastKernels(new Instance(new Module(bytes)).exports);
  } catch {
    return null;
  }
}

/** Bytes of a page of WebAssembly's memory. */
const page = 65_536;
const up = (n: number, to: number): number => Math.ceil(n / to) * to;

/** The module's memory as a stack: weights stay, what a call needs is given back. */
class Memory {
  readonly #memory: FastExports["memory"];
  top: number;

  constructor({ memory, __heap_base }: FastExports) {
    this.#memory = memory;
    this.top = up(__heap_base.value, 16);
  }

  /** The address of room for so many numbers, aligned to 16 bytes. */
  take(numbers: number): number {
    const at = this.top;
    this.top = up(at + numbers * 4, 16);
    const lacking = this.top - this.#memory.buffer.byteLength;
    if (lacking > 0) this.#memory.grow(Math.ceil(lacking / page));
    return at;
  }
  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, count);
  }
  integers(at: number, count: number): Int32Array {
    return new Int32Array(this.#memory.buffer, at, count);
  }
}

/** Of a weight in the module's memory, as a kernel wants it. */
interface Laid {
  readonly weights: number;
  readonly bias: number;
}

export function fastKernels(exports: FastExports): Kernels {
  const memory = new Memory(exports);
  const laid = new WeakMap<Float32Array, Laid>();

  /** `write` gets zeros; each weight is laid out once. */
  const layOut = (
    weight: Tensor,
    bias: Tensor | undefined,
    counts: { readonly weights: number; readonly outputs: number },
    write: (into: Float32Array) => void,
  ): Laid => {
    const known = laid.get(weight.data);
    if (known) return known;
    const place = { weights: memory.take(counts.weights), bias: memory.take(counts.outputs) };
    const into = memory.floats(place.weights, counts.weights).fill(0);
    write(into);
    const biases = memory.floats(place.bias, counts.outputs).fill(0);
    if (bias) biases.set(bias.data);
    laid.set(weight.data, place);
    return place;
  };
  /** Gives back what `compute` takes. */
  const call = (compute: () => Tensor): Tensor => {
    const { top } = memory;
    const result = compute();
    memory.top = top;
    return result;
  };

  const convolution: Kernel = (inputs, attributes) => {
    const [x, weight, bias] = inputs;
    const [batch, channels, height, width] = x.shape;
    const [filters, own] = weight.shape;
    // In groups each filter sees some of the channels: the plain loops have that.
    if (own !== channels) return kernels.Conv(inputs, attributes);
    const all = up(filters, 4);
    const count = weight.data.length / filters;
    const place = layOut(weight, bias, { weights: all * count, outputs: all }, (into) => {
      for (let i = 0; i < weight.data.length; i++) {
        const [filter, tap] = [Math.floor(i / count), i % count];
        into[(filter - (filter % 4)) * count + tap * 4 + (filter % 4)] = weight.data[i];
      }
    });
    const padded = paddedImage(x.shape, attributes);
    const { outHeight, outWidth } = padded;
    const plane = outHeight * outWidth;
    const result = new Float32Array(batch * filters * plane);
    return call(() => {
      const [input, taps, out] = [padded.length, count, all * plane].map((numbers) => memory.take(numbers));
      memory.integers(taps, count).set(padded.taps);
      const into = memory.floats(input, padded.length).fill(0);
      const made = memory.floats(out, all * plane);
      for (let sample = 0; sample < batch; sample++) {
        padded.write(into, x.data.subarray(sample * channels * height * width));
        exports.conv(input, taps, count, place.weights, place.bias, out, all, outHeight, outWidth, padded.row);
        result.set(made.subarray(0, filters * plane), sample * filters * plane);
      }
      return { shape: [batch, filters, outHeight, outWidth], data: result };
    });
  };

  const product: Kernel = ([a, b, c]) => {
    const [[rows, inner], [outputs]] = [a.shape, b.shape];
    const [wide, all] = [up(inner, 8), up(outputs, 4)];
    const place = layOut(b, c, { weights: all * wide, outputs: all }, (into) => {
      for (let o = 0; o < outputs; o++) into.set(b.data.subarray(o * inner, (o + 1) * inner), o * wide);
    });
    const result = new Float32Array(rows * outputs);
    return call(() => {
      const [input, out] = [memory.take(rows * wide), memory.take(rows * all)];
      const into = memory.floats(input, rows * wide).fill(0);
      for (let r = 0; r < rows; r++) into.set(a.data.subarray(r * inner, (r + 1) * inner), r * wide);
      exports.dense(input, place.weights, place.bias, out, rows, all, wide);
      const made = memory.floats(out, rows * all);
      for (let r = 0; r < rows; r++) result.set(made.subarray(r * all, r * all + outputs), r * outputs);
      return { shape: [rows, outputs], data: result };
    });
  };

  return { ...kernels, Conv: convolution, Gemm: product };
}

/**
 * An image with its padding, columns sorted by their remainder modulo the stride: [channels][rows][stride][columns / stride], so
 * that neighbors in the output read neighbors here, whatever the stride.
 */
function paddedImage([, channels, height, width]: readonly number[], attributes: Attributes) {
  const { outHeight, outWidth, kernel, strides, pads } = slide([height, width], attributes);
  const rows = height + pads[0] + pads[2];
  const [, across] = strides;
  // 7 more: the kernel computes 8 columns at a time.
  const columns = Math.ceil((width + pads[1] + pads[3]) / across) + 7;
  const line = across * columns;
  const taps: number[] = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < kernel[0]; y++) {
      for (let x = 0; x < kernel[1]; x++) {
        taps.push((channel * rows + y) * line + (x % across) * columns + Math.floor(x / across));
      }
    }
  }
  return {
    ...{ outHeight, outWidth, taps },
    length: channels * rows * line + 8,
    /** From one row of the output to the next. */
    row: strides[0] * line,
    /** Writes what is not padding, which stays zero. */
    write(into: Float32Array, image: Float32Array): void {
      for (let plane = 0; plane < channels; plane++) {
        for (let y = 0; y < height; y++) {
          const from = (plane * height + y) * width;
          const to = (plane * rows + y + pads[0]) * line;
          if (across === 1) {
            into.set(image.subarray(from, from + width), to + pads[1]);
            continue;
          }
          for (let x = 0; x < width; x++) {
            const column = x + pads[1];
            into[to + (column % across) * columns + Math.floor(column / across)] = image[from + x];
          }
        }
      }
    },
  };
}
