/**
 * What computes: the addon (`native.ts`) or its plain TypeScript twins (`reference/`). One per thread.
 * Programs are the same for both, to the word; results agree to the tolerances that the kernel tests state.
 */
import type { MappedPart } from "../base/map-file.js";

export interface Backend {
  readonly name: "native" | "reference";
  /** Instruction set of the kernels: "avx512", "avx2", "neon", "generic", or "typescript". */
  readonly isa: string;
  /** Address of a view modulo 4096, for aligning the arena; 0 where addresses mean nothing. */
  address(view: Uint8Array): number;
  /**
   * Reads a program (`ProgramWriter`) over an arena, which it keeps alive until `unload`; returns its number. Regions at
   * `mappedOffset` lie in a part of a file, which the addon alone can map.
   */
  load(program: Float64Array, arena: Uint8Array, mapped?: MappedPart | null): number;
  unload(program: number): void;
  /** Runs a program from operation `from`. Returns `runStatus`, or the number of the operation to go on from. */
  run(program: number, from: number): number;
  /** Seconds that each operation of a program has taken since the last call; the first call begins the count. */
  profile(program: number): Float64Array;
  /** Timing from inside the kernels; the reference has none. */
  readonly measure?: {
    /** Multiply-adds a second of one core, in registers alone. */
    peak(bits: 32 | 64): number;
    /** Seconds of one matrix product, warm, the best of as many as fit into `seconds`. */
    gemm(
      bits: 32 | 64,
      transposeA: boolean,
      transposeB: boolean,
      m: number,
      n: number,
      k: number,
      seconds: number,
    ): number;
  };
  sgemm: Gemm<Float32Array>;
  dgemm: Gemm<Float64Array>;
}

/** C = f(alpha op(A) op(B) + beta C + bias), row-major. C is not read where beta is 0. */
export type Gemm<A extends Float32Array | Float64Array> = (
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  alpha: number,
  a: A,
  lda: number,
  b: A,
  ldb: number,
  beta: number,
  c: A,
  ldc: number,
  bias: A | null,
  elementwise: number,
  slope: number,
) => void;

/** What `run` returns below 0: the program ended · a rank left for good · the flag of `halt` was up. */
export const runStatus = { done: -1, poisoned: -2, halted: -3 } as const;
