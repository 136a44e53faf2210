import { cosTurns, log, philox, sinTurns } from "../../base/random.js";
import { operation, type Step } from "./operation.js";
import { roundingOf } from "./plain.js";

interface Draws {
  readonly order: Int32Array;
  readonly key0: number;
  readonly key1: number;
  readonly pixels: number;
  readonly channels: number;
}

/**
 * Calls `body(row, feature, words, word)` for the features of each row, with the block of random words of each and the
 * index of its own word in it. Elements are counted in C,H,W order, each channel's plane padded to a multiple of 4; of
 * one pixel, the channels are the plane.
 */
function forEachDraw(
  { order, key0, key1, pixels, channels }: Draws,
  { first, rows, cursor, epoch }: Step,
  body: (row: number, feature: number, words: Uint32Array, word: number) => void,
): void {
  const [planes, plane] = pixels === 1 ? [1, channels] : [channels, pixels];
  const blocks = Math.ceil(plane / 4);
  const words = new Uint32Array(4);
  for (let r = first; r < first + rows; r++) {
    for (let c = 0; c < planes; c++) {
      for (let i = 0; i < plane; i++) {
        if (i % 4 === 0) philox([epoch, order[cursor + r], 0, c * blocks + i / 4], key0, key1, words);
        body(r, i * planes + c, words, i % 4);
      }
    }
  }
}

/** What a number is multiplied by that is kept (1) or not (0). */
const factorOf = (kept: number, rate: number, round: (value: number) => number): number => kept * round(1 / (1 - rate));

/** Rows of [pixels][channels]; each number's draw is a function of (key, epoch, sample, number). */
export const noise = {
  /** y = x times the factor of dropout; kept becomes 1 where that is not 0. */
  dropout: operation({
    signature: "x[] y[] kept[8] order*32 key0 key1 rate~ pixels channels",
    native: "noise/noise.h",
    cut: "rows",
    inPlace: ["x", "y"],
    twin({ x, y, kept, rate, ...draws }, step) {
      const threshold = Math.floor(rate * 2 ** 32 + 0.5);
      forEachDraw(draws, step, (r, feature, words, word) => {
        const keep = words[word] < threshold ? 0 : 1;
        kept.row(r)[feature] = keep;
        y.row(r)[feature] = x.row(r)[feature] * factorOf(keep, rate, roundingOf(y.row(r)));
      });
    },
  }),

  /** dx = dy times the factor of the forward pass, times f' of the function that gave x, from its y. Rows of n. */
  dropoutBackward: operation({
    signature: "dy[] kept[8] y[]? dx[] rate~ n activation()",
    native: "noise/noise.h",
    cut: "rows",
    inPlace: ["dy", "dx"],
    twin({ dy, kept, y, dx, rate, n, activation }, { first, rows }) {
      for (let r = first; r < first + rows; r++) {
        const out = dx.row(r);
        for (let i = 0; i < n; i++) {
          out[i] = dy.row(r)[i] * factorOf(kept.row(r)[i], rate, roundingOf(out));
          if (y) out[i] = activation.derive(y.row(r)[i], out[i]);
        }
      }
    },
  }),

  /** y = x + std · normal: words 2i and 2i + 1 of a block make the normals of their elements, by Box-Muller. */
  gaussianNoise: operation({
    signature: "x[] y[] order*32 key0 key1 std~ pixels channels",
    native: "noise/noise.h",
    cut: "rows",
    inPlace: ["x", "y"],
    twin({ x, y, std, ...draws }, step) {
      forEachDraw(draws, step, (r, feature, words, word) => {
        const pair = word & 2;
        const radius = Math.sqrt(-2 * log(1 - words[pair] * 2 ** -32));
        const turn = words[pair + 1] * 2 ** -32;
        const normal = radius * (word === pair ? cosTurns(turn) : sinTurns(turn));
        const out = y.row(r);
        out[feature] = x.row(r)[feature] + roundingOf(out)(normal * std);
      });
    },
  }),
};
