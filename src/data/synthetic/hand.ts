/**
 * A hand writes: it takes one skeleton, leans, stretches and bends it as a whole, misses every knot by a little, and
 * leaves the places that the pen went through. Only sums, products, quotients and square roots, which every machine
 * rounds alike: the same digits everywhere.
 */
import type { Stream } from "../../base/random.js";
import type { Skeleton, Stroke } from "./skeletons.js";

/** What varies from digit to digit: standard deviations, in heights of the digit, but for the two means. */
export interface Hand {
  /** How far the top leans to the right: mean and deviation. */
  readonly lean: number;
  readonly slant: number;
  /** Width over the skeleton's width: mean and deviation. */
  readonly width: number;
  readonly stretch: number;
  /** The waist moves up or down, and sideways. */
  readonly waist: number;
  readonly bend: number;
  /** Every knot is missed by this, on its own. */
  readonly wobble: number;
}

/** Distance of neighboring places on a stroke, in heights of the digit: about, as each stretch is cut evenly. */
const step = 0.05;

/** Room for 25 heights of stroke; the longest digit has about 5. */
const room = 512;

/** The places of one digit, along its strokes; coordinates in heights of the digit, y downwards. */
export class Path {
  readonly x = new Float64Array(room);
  readonly y = new Float64Array(room);
  count = 0;

  add(x: number, y: number): void {
    if (this.count === room) return;
    this.x[this.count] = x;
    this.y[this.count++] = y;
  }

  /** Length of the strokes, in heights of the digit. */
  get length(): number {
    return this.count * step;
  }
}

/** A bell-shaped draw from one word: mean 0, deviation 1, never beyond 3 (the sum of three even draws). */
export function bell(stream: Stream): number {
  const word = stream.word();
  return ((word & 1023) + ((word >>> 10) & 1023) + ((word >>> 20) & 1023) - 1534.5) / 512;
}

/** Knots of the stroke at hand, as written. */
const knotX = new Float64Array(32);
const knotY = new Float64Array(32);

/** Writes `skeleton` by `hand` into `path`, from its beginning. */
export function write(skeleton: Skeleton, hand: Hand, stream: Stream, path: Path): void {
  path.count = 0;
  const slant = hand.lean + hand.slant * bell(stream);
  const stretch = hand.width + hand.stretch * bell(stream);
  const waist = hand.waist * bell(stream);
  const bend = hand.bend * bell(stream);
  for (const stroke of skeleton.strokes) {
    for (let k = 0; k < stroke.x.length; k++) {
      const x = stroke.x[k] + hand.wobble * bell(stream);
      const y = stroke.y[k] + hand.wobble * bell(stream);
      const belly = y * (1 - y);
      knotX[k] = stretch * x + bend * belly + slant * (0.5 - y);
      knotY[k] = y + waist * belly;
    }
    trace(stroke, path);
  }
}

/** Steps along the Catmull-Rom curve through the knots; at a corner or an end it runs out straight. */
function trace(stroke: Stroke, path: Path): void {
  const last = stroke.x.length - 1;
  for (let k = 0; k < last; k++) {
    const before = k === 0 || stroke.corner[k] ? k : k - 1;
    const after = k + 1 === last || stroke.corner[k + 1] ? k + 1 : k + 2;
    const dx = knotX[k + 1] - knotX[k];
    const dy = knotY[k + 1] - knotY[k];
    // The cubic from 0 to (dx, dy) with these slopes at its ends, t = 0 and t = 1.
    const startX = (knotX[k + 1] - knotX[before]) / 2;
    const startY = (knotY[k + 1] - knotY[before]) / 2;
    const endX = (knotX[after] - knotX[k]) / 2;
    const endY = (knotY[after] - knotY[k]) / 2;
    const steps = Math.ceil(Math.sqrt(dx * dx + dy * dy) / step);
    for (let i = 0; i < steps; i++) {
      const t = i / steps;
      const x = t * (startX + t * (3 * dx - 2 * startX - endX + t * (startX + endX - 2 * dx)));
      const y = t * (startY + t * (3 * dy - 2 * startY - endY + t * (startY + endY - 2 * dy)));
      path.add(knotX[k] + x, knotY[k] + y);
    }
  }
  path.add(knotX[last], knotY[last]);
}
