import type { Real, Twin } from "./contract.js";
import { arrayLike, roundingOf } from "./contract.js";

interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
}

/** Calls `body(output, input, place)` for each pixel of an image in each window: outputs row-major, then places in the window. */
function forEachTap(g: Geometry, body: (output: number, input: number, place: number) => void): void {
  for (let oy = 0; oy < g.outHeight; oy++) {
    for (let ox = 0; ox < g.outWidth; ox++) {
      for (let place = 0; place < g.windowHeight * g.windowWidth; place++) {
        const y = oy * g.strideHeight - g.padTop + Math.floor(place / g.windowWidth);
        const x = ox * g.strideWidth - g.padLeft + (place % g.windowWidth);
        if (y < 0 || y >= g.height || x < 0 || x >= g.width) continue;
        body(oy * g.outWidth + ox, y * g.width + x, place);
      }
    }
  }
}

const outputsOf = (g: Geometry) => g.outHeight * g.outWidth * g.channels;
const inputsOf = (g: Geometry) => g.height * g.width * g.channels;

/** y = the largest number of each window: the first on ties, NaN before any number. */
export const maxPool: Twin<"maxPool"> = ({ x, ldx, y, ldy, winners, ldw, ...g }) => {
  const places = new Uint8Array(outputsOf(g));
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      const out = y.subarray(r * ldy, r * ldy + places.length);
      out.fill(-Infinity);
      const seen = new Uint8Array(places.length);
      forEachTap(g, (output, input, place) => {
        for (let c = 0; c < g.channels; c++) {
          const at = output * g.channels + c;
          const value = x[r * ldx + input * g.channels + c];
          if (seen[at] && !(value > out[at]) && !Number.isNaN(value)) continue;
          out[at] = value;
          places[at] = place;
          seen[at] = 1;
        }
      });
      if (winners.length > 0) winners.set(places, r * ldw);
    }
  };
};

/** dx = dy where a pixel won its window, added up over the windows in order. */
export const maxPoolBackward: Twin<"maxPoolBackward"> = ({ dy, lddy, winners, ldw, dx, lddx, ...g }) => {
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      dx.fill(0, r * lddx, r * lddx + inputsOf(g));
      forEachTap(g, (output, input, place) => {
        for (let c = 0; c < g.channels; c++) {
          const at = output * g.channels + c;
          if (winners[r * ldw + at] === place) dx[r * lddx + input * g.channels + c] += dy[r * lddy + at];
        }
      });
    }
  };
};

/** y = the mean of each window. */
export const averagePool: Twin<"averagePool"> = ({ x, ldx, y, ldy, ...g }) => {
  const sums: Real = arrayLike(y, outputsOf(g));
  const size = g.windowHeight * g.windowWidth;
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      sums.fill(0);
      forEachTap(g, (output, input) => {
        for (let c = 0; c < g.channels; c++) sums[output * g.channels + c] += x[r * ldx + input * g.channels + c];
      });
      for (let i = 0; i < sums.length; i++) y[r * ldy + i] = sums[i] / size;
    }
  };
};

/** dx = dy / size of the window, added up over the windows in order. */
export const averagePoolBackward: Twin<"averagePoolBackward"> = ({ dy, lddy, dx, lddx, ...g }) => {
  const round = roundingOf(dx);
  const size = g.windowHeight * g.windowWidth;
  return ({ first, rows }) => {
    for (let r = first; r < first + rows; r++) {
      dx.fill(0, r * lddx, r * lddx + inputsOf(g));
      forEachTap(g, (output, input) => {
        for (let c = 0; c < g.channels; c++) {
          dx[r * lddx + input * g.channels + c] += round(dy[r * lddy + output * g.channels + c] / size);
        }
      });
    }
  };
};
