/**
 * From 64 coefficients to 8x8 samples: the accurate integer transform of the Independent JPEG Group (after Loeffler, Ligtenberg
 * and Moschytz), bit for bit as libjpeg and its kin compute it unless told otherwise.
 */

/** Larger numbers no encoder makes of samples; libraries cut them off in ways of their own. */
const largest = 8191;
/** As far outside of -128..127 all agree that a sample is black or white; further out tables wrap around. */
const furthest = 511;
const work = new Int32Array(64);

/**
 * Dequantized coefficients, row by row, become samples at `at` of a plane with rows of `stride`. False where numbers are larger
 * than of any picture.
 */
export function transformBlock(coefficients: Int32Array, plane: Uint8Array, at: number, stride: number): boolean {
  // Columns, into 2 bits after the point; then rows. The transform keeps 13 bits of its factors.
  for (let x = 0; x < 8; x++) if (!transformLine(coefficients, x, 8, 11, largest)) return false;
  for (let y = 0; y < 64; y += 8) if (!transformLine(work, y, 1, 18, furthest)) return false;
  for (let y = 0; y < 8; y++) {
    const to = at + y * stride;
    const from = y * 8;
    for (let x = 0; x < 8; x++) {
      const value = work[from + x] + 128;
      plane[to + x] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
  return true;
}

/** The same of a block whose samples are all alike. */
export function fillBlock(direct: number, plane: Uint8Array, at: number, stride: number): boolean {
  if (direct > 2047 || direct < -2047) return false;
  const value = ((direct * 4 + 16) >> 5) + 128;
  const sample = value < 0 ? 0 : value > 255 ? 255 : value;
  for (let y = 0, to = at; y < 8; y++, to += stride) for (let x = 0; x < 8; x++) plane[to + x] = sample;
  return true;
}

/**
 * Eight numbers, `step` apart, transformed and divided by 2 ** shift, rounded, into the same places of `work`. False where one
 * is further from 0 than `most`.
 */
function transformLine(from: Int32Array, at: number, step: number, shift: number, most: number): boolean {
  const c0 = from[at];
  const c1 = from[at + step];
  const c2 = from[at + 2 * step];
  const c3 = from[at + 3 * step];
  const c4 = from[at + 4 * step];
  const c5 = from[at + 5 * step];
  const c6 = from[at + 6 * step];
  const c7 = from[at + 7 * step];
  const round = 1 << (shift - 1);
  // Numbers up to this many bits do not overflow below.
  const bits = magnitude(c0) | magnitude(c1) | magnitude(c2) | magnitude(c3);
  if ((bits | magnitude(c4) | magnitude(c5) | magnitude(c6) | magnitude(c7)) > largest) return false;
  if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
    const value = ((c0 << 13) + round) >> shift;
    if (magnitude(value) > most) return false;
    for (let i = 0, to = at; i < 8; i++, to += step) work[to] = value;
    return true;
  }
  // Even part.
  const e = Math.imul(c2 + c6, 4433);
  const e2 = e - Math.imul(c6, 15137);
  const e3 = e + Math.imul(c2, 6270);
  const p = (c0 + c4) << 13;
  const m = (c0 - c4) << 13;
  const t0 = p + e3 + round;
  const t3 = p - e3 + round;
  const t1 = m + e2 + round;
  const t2 = m - e2 + round;
  // Odd part.
  const z5 = Math.imul(c7 + c3 + c5 + c1, 9633);
  const z1 = Math.imul(c7 + c1, -7373);
  const z2 = Math.imul(c5 + c3, -20995);
  const z3 = Math.imul(c7 + c3, -16069) + z5;
  const z4 = Math.imul(c5 + c1, -3196) + z5;
  const o0 = Math.imul(c7, 2446) + z1 + z3;
  const o1 = Math.imul(c5, 16819) + z2 + z4;
  const o2 = Math.imul(c3, 25172) + z2 + z3;
  const o3 = Math.imul(c1, 12299) + z1 + z4;
  const v0 = (t0 + o3) >> shift;
  const v7 = (t0 - o3) >> shift;
  const v1 = (t1 + o2) >> shift;
  const v6 = (t1 - o2) >> shift;
  const v2 = (t2 + o1) >> shift;
  const v5 = (t2 - o1) >> shift;
  const v3 = (t3 + o0) >> shift;
  const v4 = (t3 - o0) >> shift;
  work[at] = v0;
  work[at + step] = v1;
  work[at + 2 * step] = v2;
  work[at + 3 * step] = v3;
  work[at + 4 * step] = v4;
  work[at + 5 * step] = v5;
  work[at + 6 * step] = v6;
  work[at + 7 * step] = v7;
  // One less than a power of two: or-ing tells whether one of them is larger.
  const sizes = magnitude(v0) | magnitude(v1) | magnitude(v2) | magnitude(v3);
  return (sizes | magnitude(v4) | magnitude(v5) | magnitude(v6) | magnitude(v7)) <= most;
}

/** x, or -1 - x where it is negative: of as many bits. */
const magnitude = (x: number): number => x ^ (x >> 31);
