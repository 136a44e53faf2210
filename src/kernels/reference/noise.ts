import { cosTurns, log, philox, sinTurns } from "../../random.js";
import type { Step, Twin } from "./contract.js";
import { roundingOf } from "./contract.js";
import { applyDerivativeOf } from "./activation.js";

interface Draws {
  readonly order: Int32Array;
  readonly key0: number;
  readonly key1: number;
  readonly pixels: number;
  readonly channels: number;
}

/**
 * Calls `body(row, feature, words, word)` for the features of each row, with the block of random words of each and the
 * place of its own word in it. Elements are counted in C,H,W order, each channel's plane padded to a multiple of 4; of
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

/** What a number is multiplied by: 0 where its word is below rate 2³², else 1 / (1 - rate). */
function factorOf(rate: number, round: (value: number) => number): (word: number) => number {
  const threshold = Math.floor(rate * 2 ** 32 + 0.5);
  const factor = round(1 / (1 - rate));
  return (word) => (word < threshold ? 0 : factor);
}

/** y = x times the factor of dropout. */
export const dropout: Twin<"dropout"> = ({ x, ldx, y, ldy, rate, ...draws }) => {
  const factor = factorOf(rate, roundingOf(y));
  return (step) => {
    forEachDraw(draws, step, (r, feature, words, word) => {
      y[r * ldy + feature] = x[r * ldx + feature] * factor(words[word]);
    });
  };
};

/** dx = dy times the factor of the forward pass, times f' from the y that the function below gave. */
export const dropoutBackward: Twin<"dropoutBackward"> = (values) => {
  const { dy, lddy, y, ldy, dx, lddx, rate, function: f, slope, ...draws } = values;
  const factor = factorOf(rate, roundingOf(dx));
  const applyDerivative = y.length > 0 ? applyDerivativeOf(f, slope, dx) : null;
  return (step) => {
    forEachDraw(draws, step, (r, feature, words, word) => {
      const at = r * lddx + feature;
      dx[at] = dy[r * lddy + feature] * factor(words[word]);
      applyDerivative?.(y, r * ldy + feature, dx, at, dx, at, 1);
    });
  };
};

/** y = x + deviation · normal: words 2i and 2i + 1 of a block make the normals of their elements, by Box-Muller. */
export const gaussianNoise: Twin<"gaussianNoise"> = ({ x, ldx, y, ldy, deviation, ...draws }) => {
  const round = roundingOf(y);
  return (step) => {
    forEachDraw(draws, step, (r, feature, words, word) => {
      const pair = word & 2;
      const radius = Math.sqrt(-2 * log(1 - words[pair] * 2 ** -32));
      const turn = words[pair + 1] * 2 ** -32;
      const normal = radius * (word === pair ? cosTurns(turn) : sinTurns(turn));
      y[r * ldy + feature] = x[r * ldx + feature] + round(normal * deviation);
    });
  };
};
