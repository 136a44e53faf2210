/**
 * The arena: all memory that ranks share, laid out once before step 1. This file alone allocates shared memory.
 *
 * A `Layout` gives out regions by name, each on its own 128 bytes; `Arena` holds the bytes. Offsets count from a base
 * that is aligned by its native address (a SharedArrayBuffer of 1 MB or more begins at 16 mod 64).
 */
import { constants } from "node:buffer";
import { runError } from "../base/errors.js";
import type { Dtype, FloatArray } from "../base/numbers.js";
import type { Backend } from "../kernels/backend.js";
import type { Region } from "../kernels/signature.js";

const alignment = 128;

export class Layout {
  bytes = 0;

  /** Takes `bytes` more. */
  region(bytes: number): Region {
    const offset = this.bytes;
    this.bytes = offset + Math.ceil(bytes / alignment) * alignment;
    return { offset, bytes };
  }
}

/** What another thread needs to see the same memory. */
export interface SharedBlock {
  readonly buffer: SharedArrayBuffer;
  readonly base: number;
  readonly bytes: number;
}

/** What an arena's process takes beside it, and what of it is never touched and takes nothing. */
export interface Beside {
  readonly untouched: number;
  readonly beside: number;
  readonly threads: number;
}

export class Arena {
  readonly shared: SharedBlock;
  readonly dtype: Dtype;

  constructor(dtype: Dtype, shared: SharedBlock) {
    this.shared = shared;
    this.dtype = dtype;
  }

  /** Throws `runError` where it, and what comes beside it, would pass the memory that is left. */
  static allocate(
    dtype: Dtype,
    bytes: number,
    available: number,
    backend: Pick<Backend, "address">,
    { untouched, beside, threads }: Beside = { untouched: 0, beside: 0, threads: 1 },
  ): Arena {
    const needed = bytes - untouched + beside;
    if (needed > available) {
      const what = threads > 1 ? `the net, its activations and ${threads} threads` : "the net and its activations";
      throw runError({
        where: "memory",
        expected: `at least ${megabytes(needed)} for the data, ${what}`,
        got: `${megabytes(available)} available`,
        fix: `Take ${threads > 1 ? "fewer --threads, " : ""}a smaller --batch-size, a --subset or a smaller net.`,
      });
    }
    if (bytes + alignment > constants.MAX_LENGTH) {
      throw runError({
        where: "memory",
        expected: `at most ${megabytes(constants.MAX_LENGTH)}, the largest block that this version of Node has`,
        got: `${megabytes(bytes)} for the data, the net and its activations`,
        fix: "Take a smaller --batch-size, fewer --threads, a --subset or a smaller net.",
      });
    }
    const buffer = new SharedArrayBuffer(bytes + alignment);
    const base = (alignment - (backend.address(new Uint8Array(buffer)) % alignment)) % alignment;
    return new Arena(dtype, { buffer, base, bytes });
  }

  /** The bytes of the whole arena: what programs are loaded over. */
  all(): Uint8Array {
    return new Uint8Array(this.shared.buffer, this.shared.base, this.shared.bytes);
  }
  #view<A>(
    type: { new (buffer: SharedArrayBuffer, offset: number, length: number): A; BYTES_PER_ELEMENT: number },
    { offset, bytes }: Region,
  ): A {
    return new type(this.shared.buffer, this.shared.base + offset, Math.floor(bytes / type.BYTES_PER_ELEMENT));
  }
  bytes(region: Region): Uint8Array {
    return this.#view(Uint8Array, region);
  }
  uint16(region: Region): Uint16Array {
    return this.#view(Uint16Array, region);
  }
  uint32(region: Region): Uint32Array {
    return this.#view(Uint32Array, region);
  }
  int32(region: Region): Int32Array {
    return this.#view(Int32Array, region);
  }
  float64(region: Region): Float64Array {
    return this.#view(Float64Array, region);
  }
  /** Numbers in the run's format. */
  numbers(region: Region): FloatArray {
    return this.dtype === "f32" ? this.#view(Float32Array, region) : this.float64(region);
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
