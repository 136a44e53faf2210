/** The registry of mixes, and what an epoch draws of them. */
import { Stream } from "../../base/random.js";
import type { ImageShape } from "../../base/shape.js";
import { cutMix } from "./cut-mix.js";
import type { Mix } from "./mix.js";
import { mixup } from "./mixup.js";

// biome-ignore format: a line each
const list = [
  mixup,
  cutMix,
] as const;

export const mixes = list as unknown as readonly Mix[];

type All<T> = (T extends unknown ? (x: T) => void : never) extends (x: infer I) => void ? I : never;
export type Mixing = Readonly<All<(typeof list)[number]["off"]>>;

export const noMixing = Object.assign({}, ...list.map(({ off }) => off)) as Mixing;

const isOn = (settings: Mixing, { isOn: on }: Mix): boolean => on(settings);
export const mixesImages = (settings: Mixing | null | undefined): boolean =>
  settings ? mixes.some((one) => isOn(settings, one)) : false;

/** Numbers of a place (`native/augment/mix.h`): weight of its own label, of its own pixels, and the box. */
export const mixNumbers = 6;

export interface Drawn {
  /** [places] the sample that each is mixed with. */
  readonly partners: Uint32Array;
  /** [places][mixNumbers] */
  readonly mixes: Float64Array;
}

interface DrawnFor {
  readonly settings: Mixing;
  readonly shape: ImageShape;
  readonly seed: number;
  readonly epoch: number;
}

/**
 * Fills `out` for an epoch: each place gets a partner of the whole order and one of the mixes that are on, all equally often. It
 * depends on seed, epoch and place alone.
 */
export function drawMixes({ settings, shape, seed, epoch }: DrawnFor, order: Uint32Array, out: Drawn): void {
  const used = mixes.filter((one) => isOn(settings, one));
  const stream = new Stream(seed, "mix");
  for (let place = 0; place < order.length; place++) {
    stream.at(epoch, place);
    out.partners[place] = order[stream.below(order.length)];
    const one = used.length > 1 ? used[stream.below(used.length)] : used[0];
    const { label, pixel, box } = one.draw(stream, shape, settings);
    out.mixes.set([label, pixel, box.top, box.bottom, box.left, box.right], place * mixNumbers);
  }
}
