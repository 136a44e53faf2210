/** Huffman codes of a JPEG scan, and the reader of its bits. */

import { smallArray } from "../slab.js";

/** Codes of so many bits are looked up; longer ones, which are rare, are searched. */
const quickBits = 9;

function quickTable(): Uint16Array {
  const { buffer, byteOffset } = smallArray(2 << quickBits);
  return new Uint16Array(buffer, byteOffset, 1 << quickBits);
}

export class HuffmanTable {
  /** By the next bits: length of the code and its value, as length * 256 + value; 0 for codes that are longer, or none. */
  readonly quick = quickTable();
  readonly values: Uint8Array;
  /** Of each length: the largest code (-1 for none), and what to add to a code for the place of its value. */
  readonly largest = new Array<number>(17).fill(-1);
  readonly offset = new Array<number>(17).fill(0);

  private constructor(values: Uint8Array) {
    this.values = values;
  }

  /** `counts`: codes of 1 to 16 bits; null where they are more than fit. */
  static of(counts: Uint8Array, values: Uint8Array): HuffmanTable | null {
    const table = new HuffmanTable(values);
    let [code, place] = [0, 0];
    for (let length = 1; length <= 16; length++) {
      const count = counts[length - 1];
      // A code of ones alone is kept free.
      if (code + count > (1 << length) - (count > 0 ? 1 : 0)) return null;
      table.offset[length] = place - code;
      for (let i = 0; i < count; i++, code++, place++) {
        if (length > quickBits) continue;
        const first = code << (quickBits - length);
        table.quick.fill(length * 256 + values[place], first, first + (1 << (quickBits - length)));
      }
      if (count > 0) table.largest[length] = code - 1;
      code <<= 1;
    }
    return table;
  }
}

/** Most files of a set have the same few tables, which take longer to make than many a scan to read. */
const recent: { readonly definition: Buffer; readonly table: HuffmanTable }[] = [];
const mostRecent = 8;

/** `definition`: counts of codes of 1 to 16 bits, and the values. Null where they are more than fit. */
export function huffmanTable(definition: Uint8Array): HuffmanTable | null {
  const known = recent.find((each) => each.definition.equals(definition));
  if (known) return known.table;
  const own = Buffer.from(definition);
  const table = HuffmanTable.of(own.subarray(0, 16), own.subarray(16));
  if (table && recent.unshift({ definition: own, table }) > mostRecent) recent.pop();
  return table;
}

/** Where a scan is no plain one any more: whoever decodes gives up. */
export const notPlain = -1;

/** The bits of a scan from `at` on. What lies beyond a marker reads as zeros, and `isPast` tells. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  /** The lowest `#count` bits are those to come. */
  #bits = 0;
  #count = 0;
  /** How many of these were not in the file. */
  #made = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count <= 16) {
      const byte = bytes[this.#at];
      if (byte === 0xff && bytes[this.#at + 1] !== 0) {
        this.#bits <<= 8;
        this.#made += 8;
      } else if (byte === undefined) {
        this.#bits <<= 8;
        this.#made += 8;
      } else {
        this.#bits = (this.#bits << 8) | byte;
        this.#at += byte === 0xff ? 2 : 1;
      }
      this.#count += 8;
    }
  }

  /** The value of the next code; `notPlain` where there is no such code. */
  code(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const found = table.quick[(this.#bits >>> (this.#count - quickBits)) & ((1 << quickBits) - 1)];
    if (found !== 0) {
      this.#count -= found >> 8;
      return found & 255;
    }
    for (let length = quickBits + 1; length <= 16; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code > table.largest[length]) continue;
      this.#count -= length;
      return table.values[code + table.offset[length]];
    }
    return notPlain;
  }

  /** A number of 1 to 15 bits; those whose first bit is 0 are negative. */
  number(length: number): number {
    if (this.#count < length) this.#fill();
    this.#count -= length;
    const value = (this.#bits >>> this.#count) & ((1 << length) - 1);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** Past the marker of that number, which must come now; false where it does not, or where bits were read that are none. */
  passMarker(marker: number): boolean {
    if (this.#count < this.#made || this.#count - this.#made >= 8) return false;
    [this.#bits, this.#count, this.#made] = [0, 0, 0];
    if (this.#bytes[this.#at] !== 0xff || this.#bytes[this.#at + 1] !== marker) return false;
    this.#at += 2;
    return true;
  }
}
