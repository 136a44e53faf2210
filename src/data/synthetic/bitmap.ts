/** A square of bits, one row after the other in 32-bit words: what the pen inks, and what a scanner's boxes count. */

const bitsOf = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0;
  for (let rest = byte; rest; rest >>= 1) bits += rest & 1;
  return bits;
});

export class Bitmap {
  readonly size: number;
  readonly #words: Int32Array;
  readonly #stride: number;

  /** `size` is a multiple of 32. */
  constructor(size: number) {
    this.size = size;
    this.#stride = size / 32;
    this.#words = new Int32Array(this.#stride * size);
  }

  clear(): void {
    this.#words.fill(0);
  }

  /** Inks the pixels whose centers lie in the ellipse around (x, y); what falls outside the square is lost. */
  ellipse(x: number, y: number, radiusX: number, radiusY: number): void {
    const aspect = radiusX / radiusY;
    const first = Math.max(0, Math.ceil(y - radiusY - 0.5) | 0);
    const last = Math.min(this.size - 1, Math.floor(y + radiusY - 0.5) | 0);
    for (let row = first; row <= last; row++) {
      const dy = row + 0.5 - y;
      const reach = aspect * Math.sqrt(radiusY * radiusY - dy * dy);
      const from = Math.max(0, Math.ceil(x - reach - 0.5) | 0);
      const to = Math.min(this.size - 1, Math.floor(x + reach - 0.5) | 0);
      if (from <= to) this.#inkRow(row, from, to);
    }
  }

  /** Inks columns from..to of a row. */
  #inkRow(row: number, from: number, to: number): void {
    const start = row * this.#stride;
    for (let word = from >> 5; word <= to >> 5; word++) {
      const low = Math.max(from - 32 * word, 0);
      const high = Math.min(to - 32 * word, 31);
      this.#words[start + word] |= (-1 << low) & (-1 >>> (31 - high));
    }
  }

  /** out[offset + …] = the inked pixels in each `block` x `block` square, row by row. `block` is 4 or 8. */
  countBlocks(block: 4 | 8, out: Uint8Array, offset: number): void {
    const blocks = this.size / block;
    const mask = (1 << block) - 1;
    for (let row = 0; row < this.size; row++) {
      const line = offset + Math.floor(row / block) * blocks;
      if (row % block === 0) out.fill(0, line, line + blocks);
      for (let word = 0, column = 0; word < this.#stride; word++) {
        let bits = this.#words[row * this.#stride + word];
        for (let i = 0; i < 32; i += block, column++, bits >>>= block) out[line + column] += bitsOf[bits & mask];
      }
    }
  }
}
