/**
 * BLAKE3 in plain TypeScript, after the paper (O'Connor, Aumasson, Neves, Wilcox-O'Hearn 2021): the twin of the native
 * package, and what stands in where a platform has no binary of it. Unkeyed hashing of whole inputs, 32 bytes out.
 *
 * Chunks of 1,024 bytes are leaves of a binary tree whose left subtrees are complete; a chunk is a chain of compressions of
 * blocks of 64 bytes.
 */

const iv = Uint32Array.of(
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
);
const firstWords = iv.subarray(0, 4);
const permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const flags = { chunkStart: 1, chunkEnd: 2, parent: 4, root: 8 } as const;
const [blockLength, chunkLength] = [64, 1024];

/** The places of a message's words in each of the seven rounds. */
const schedules = Array.from({ length: 7 }, (_, round) => {
  let order = Array.from({ length: 16 }, (_unused, i) => i);
  for (let i = 0; i < round; i++) order = permutation.map((from) => order[from]);
  return order;
});

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));

/** One quarter round on places a, b, c, d of the state, with two words of the message. */
function mix(v: Uint32Array, a: number, b: number, c: number, d: number, x: number, y: number): void {
  v[a] += v[b] + x;
  v[d] = rotate(v[d] ^ v[a], 16);
  v[c] += v[d];
  v[b] = rotate(v[b] ^ v[c], 12);
  v[a] += v[b] + y;
  v[d] = rotate(v[d] ^ v[a], 8);
  v[c] += v[d];
  v[b] = rotate(v[b] ^ v[c], 7);
}

const state = new Uint32Array(16);

/** The chaining value after a block of 16 words. */
function compress(chain: Uint32Array, m: Uint32Array, counter: number, length: number, flag: number): Uint32Array {
  const v = state;
  v.set(chain);
  v.set(firstWords, 8);
  v[12] = counter % 2 ** 32;
  v[13] = Math.floor(counter / 2 ** 32);
  v[14] = length;
  v[15] = flag;
  for (const s of schedules) {
    mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
    mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
    mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
    mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
    mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  const out = new Uint32Array(8);
  for (let i = 0; i < 8; i++) out[i] = v[i] ^ v[i + 8];
  return out;
}

const words = new Uint32Array(16);

/** A compression that waits to know whether it is the root. */
type Node = (flag: number) => Uint32Array;

function chunkNode(bytes: Uint8Array, counter: number): Node {
  let chain: Uint32Array = iv;
  const blocks = Math.max(1, Math.ceil(bytes.length / blockLength));
  const compressBlock = (i: number, flag: number): Uint32Array => {
    const from = i * blockLength;
    const length = Math.min(blockLength, bytes.length - from);
    for (let at = 0; at < 16; at++) {
      const byte = (k: number): number => (4 * at + k < length ? bytes[from + 4 * at + k] : 0);
      words[at] = byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
    }
    return compress(chain, words, counter, length, flag | (i === 0 ? flags.chunkStart : 0));
  };
  for (let i = 0; i < blocks - 1; i++) chain = compressBlock(i, 0);
  return (flag) => compressBlock(blocks - 1, flag | flags.chunkEnd);
}

const parentNode =
  (left: Uint32Array, right: Uint32Array): Node =>
  (flag) =>
    compress(iv, Uint32Array.of(...left, ...right), 0, blockLength, flag | flags.parent);

/** Takes input in pieces; `digestBuffer` gives 32 bytes. */
export class PlainBlake3 {
  /** Roots of complete subtrees, the largest first. */
  readonly #stack: Uint32Array[] = [];
  readonly #chunk = new Uint8Array(chunkLength);
  #filled = 0;
  #chunks = 0;

  update(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      // A full chunk is only closed when more comes: the last one may be the root.
      if (this.#filled === chunkLength) this.#close();
      const taken = Math.min(chunkLength - this.#filled, bytes.length - at);
      this.#chunk.set(bytes.subarray(at, at + taken), this.#filled);
      this.#filled += taken;
      at += taken;
    }
  }

  #close(): void {
    let chain = chunkNode(this.#chunk, this.#chunks++)(0);
    for (let count = this.#chunks; count % 2 === 0; count /= 2) chain = parentNode(this.#stack.pop()!, chain)(0);
    this.#stack.push(chain);
    this.#filled = 0;
  }

  /** Forgets all that it took. */
  reset(): void {
    this.#stack.length = 0;
    [this.#filled, this.#chunks] = [0, 0];
  }

  digestBuffer(): Uint8Array {
    let node = chunkNode(this.#chunk.subarray(0, this.#filled), this.#chunks);
    for (const left of [...this.#stack].reverse()) node = parentNode(left, node(0));
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    for (const [i, word] of node(flags.root).entries()) view.setUint32(4 * i, word, true);
    return bytes;
  }
}
