/**
 * What the page has in the place of `node:zlib`: inflate (RFC 1951) of a zlib stream (RFC 1950), and CRC-32. `bundle.ts` puts it
 * there, so that PNG is decoded in a browser by the very code that decodes it on the command line.
 */

/** Bases and extra bits of lengths 257..285 and of distances 0..29. */
const lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const basesOf = (bits: readonly number[], first: number): number[] => {
  let next = first;
  return bits.map((extra) => {
    const base = next;
    next += 2 ** extra;
    return base;
  });
};
const lengthBases = basesOf(lengthBits, 3);
lengthBases[28] = 258;
const distanceBases = basesOf(distanceBits, 1);
/** The order in which lengths of the codes of lengths come. */
const codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const longestCode = 15;

/** Canonical Huffman codes: how many there are of each length, and their symbols in order. */
interface Codes {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function codesOf(lengths: readonly number[]): Codes {
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  let left = 1;
  for (let length = 1; length <= longestCode; length++) left = 2 * left - counts[length];
  if (left < 0) throw new RangeError("invalid code lengths set");
  const starts = new Uint16Array(longestCode + 2);
  for (let length = 1; length <= longestCode; length++) starts[length + 1] = starts[length] + counts[length];
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) if (length > 0) symbols[starts[length]++] = symbol;
  return { counts, symbols };
}

const times = (count: number, value: number): number[] => new Array<number>(count).fill(value);
const fixedLengths = codesOf([...times(144, 8), ...times(112, 9), ...times(24, 7), ...times(8, 8)]);
const fixedDistances = codesOf(times(30, 5));

class Inflater {
  readonly #bytes: Uint8Array;
  readonly #out: Uint8Array;
  at = 2;
  made = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array, most: number) {
    this.#bytes = bytes;
    this.#out = new Uint8Array(most);
  }

  run(): Uint8Array {
    for (let last = false; !last; ) {
      last = this.#bits(1) === 1;
      const kind = this.#bits(2);
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#coded(fixedLengths, fixedDistances);
      else if (kind === 2) this.#coded(...this.#readCodes());
      else throw new RangeError("invalid block type");
    }
    return this.#out.subarray(0, this.made);
  }

  #bits(count: number): number {
    while (this.#count < count) {
      if (this.at >= this.#bytes.length) throw new RangeError("unexpected end of file");
      this.#held |= this.#bytes[this.at++] << this.#count;
      this.#count += 8;
    }
    const value = this.#held & (2 ** count - 1);
    this.#held >>>= count;
    this.#count -= count;
    return value;
  }

  #put(byte: number): void {
    if (this.made >= this.#out.length)
      throw Object.assign(new RangeError("too long"), { code: "ERR_BUFFER_TOO_LARGE" });
    this.#out[this.made++] = byte;
  }

  #symbol({ counts, symbols }: Codes): number {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; length <= longestCode; length++) {
      code |= this.#bits(1);
      const count = counts[length];
      if (code - first < count) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new RangeError("invalid code");
  }

  #stored(): void {
    this.#held = this.#count = 0;
    const [low, high] = [this.#bits(16), this.#bits(16)];
    if (low !== (~high & 0xffff)) throw new RangeError("invalid stored block lengths");
    for (let i = 0; i < low; i++) this.#put(this.#bits(8));
  }

  #readCodes(): [Codes, Codes] {
    const [lengths, distances, codes] = [257 + this.#bits(5), 1 + this.#bits(5), 4 + this.#bits(4)];
    const sizes = times(19, 0);
    for (let i = 0; i < codes; i++) sizes[codeOrder[i]] = this.#bits(3);
    const code = codesOf(sizes);
    const all: number[] = [];
    while (all.length < lengths + distances) {
      const symbol = this.#symbol(code);
      if (symbol < 16) all.push(symbol);
      else if (symbol > 16) all.push(...times(symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7), 0));
      else if (all.length === 0) throw new RangeError("invalid bit length repeat");
      else all.push(...times(3 + this.#bits(2), all[all.length - 1]));
    }
    if (all.length > lengths + distances) throw new RangeError("invalid bit length repeat");
    return [codesOf(all.slice(0, lengths)), codesOf(all.slice(lengths))];
  }

  #coded(lengths: Codes, distances: Codes): void {
    for (;;) {
      const symbol = this.#symbol(lengths);
      if (symbol < 256) this.#put(symbol);
      else if (symbol === 256) return;
      else {
        const length = symbol - 257;
        if (length > 28) throw new RangeError("invalid literal/length code");
        const count = lengthBases[length] + this.#bits(lengthBits[length]);
        const back = this.#symbol(distances);
        if (back > 29) throw new RangeError("invalid distance code");
        const from = this.made - distanceBases[back] - this.#bits(distanceBits[back]);
        if (from < 0) throw new RangeError("invalid distance too far back");
        for (let i = 0; i < count; i++) this.#put(this.#out[from + i]);
      }
    }
  }
}

/** As Node's with `info: true`. Throws for a stream that is damaged, or longer than `maxOutputLength`. */
export function inflateSync(
  bytes: Uint8Array,
  { maxOutputLength }: { readonly maxOutputLength: number },
): { buffer: Uint8Array; engine: { bytesWritten: number } } {
  const head = bytes.length < 2 ? -1 : bytes[0] * 256 + bytes[1];
  if (head < 0 || head % 31 !== 0 || (bytes[0] & 15) !== 8 || (bytes[1] & 32) !== 0) {
    throw new RangeError("incorrect header check");
  }
  const inflater = new Inflater(bytes, maxOutputLength);
  const buffer = inflater.run();
  let [a, b] = [1, 0];
  for (const byte of buffer) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  const end = inflater.at;
  if (end + 4 > bytes.length) throw new RangeError("unexpected end of file");
  const sum = new DataView(bytes.buffer, bytes.byteOffset + end, 4).getUint32(0);
  if (sum !== (b * 65_536 + a) >>> 0) throw new RangeError("incorrect data check");
  return { buffer, engine: { bytesWritten: end + 4 } };
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
