/** The size that images of different sizes are brought to where nobody says one. */
import { HeddleError } from "../../base/errors.js";
import { sizeOf } from "../../formats/image.js";
import type { ImageSettings } from "./settings.js";
import type { FileTree } from "./tree.js";

export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Of images of different sizes: the smallest and the largest met, and the one chosen for all. */
export interface MixedSizes {
  readonly smallest: Size;
  readonly largest: Size;
  readonly chosen: Size;
}

/** As many files are looked at, spread over all. */
const looked = 256;
/** If so many of them have one size, and it is no larger than that, the others are the odd ones. */
const mostShare = 0.9;
const longestKept = 128;
/** The longest side otherwise: what a small net sees well. */
const longest = 64;

/** Null where all that were looked at have one size. Files that do not decode are passed over. */
export async function lookAtSizes(
  tree: FileTree,
  names: readonly string[],
  limits: ImageSettings["limits"],
): Promise<Size[]> {
  const step = Math.max(1, names.length / looked);
  const some = Array.from({ length: Math.min(looked, names.length) }, (_, i) => names[Math.floor(i * step)]);
  const sizes: Size[] = [];
  for await (const file of tree.read(some)) {
    try {
      sizes.push(await sizeOf(await file.bytes(), some[file.index], limits));
    } catch (error) {
      // Whoever decodes it says so.
      if (!(error instanceof HeddleError)) throw error;
    }
  }
  return sizes;
}

export const areMixed = ([first, ...rest]: readonly Size[]): boolean =>
  rest.some(({ height, width }) => height !== first.height || width !== first.width);

/** Depends on nothing but the sizes: the commonest where it is nearly all, else a square of the median longer side, or 64. */
export function chooseSize(sizes: readonly Size[]): MixedSizes {
  const area = ({ height, width }: Size): number => height * width;
  const ascending = [...sizes].sort((a, b) => area(a) - area(b) || a.height - b.height);
  const longer = sizes.map(({ height, width }) => Math.max(height, width)).sort((a, b) => a - b);
  const side = Math.min(longest, longer[longer.length >> 1]);
  const commonest = commonestOf(sizes);
  const isUsual = commonest.count >= mostShare * sizes.length && Math.max(...sides(commonest.size)) <= longestKept;
  return {
    smallest: ascending[0],
    largest: ascending[ascending.length - 1],
    chosen: isUsual ? commonest.size : { height: side, width: side },
  };
}

const sides = ({ height, width }: Size): number[] => [height, width];

function commonestOf(sizes: readonly Size[]): { size: Size; count: number } {
  const counts = new Map<string, { size: Size; count: number }>();
  for (const size of sizes) {
    const key = sides(size).join("x");
    counts.set(key, { size, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].reduce((most, each) => (each.count > most.count ? each : most));
}

/** "400 wide, 300 high": as people see a photograph. */
export const sizeText = ({ height, width }: Size): string => `${width} wide, ${height} high`;
