/** Parts of files as memory: the kernel reads a page when it is looked at, and forgets it where memory is wanted for something else. */
import { addonCall } from "./addon.js";

/** A part of a file that is open: others may take its name away, the bytes stay. */
export interface MappedPart {
  readonly file: number;
  /** A multiple of `pageBytes`. */
  readonly offset: number;
  readonly bytes: number;
}

/** A multiple of what systems have (4, 16, 64 KiB). */
export const pageBytes = 1 << 16;

type Map = (file: number, offset: number, bytes: number) => Uint8Array | null;
const mapper = (): Map | null => addonCall<Map>("map");

/** False without the addon. */
export const canMap = (): boolean => mapper() !== null;

/** Null where it cannot be mapped. What is written to it is no one else's, and not in the file. */
export const mapPart = ({ file, offset, bytes }: MappedPart): Uint8Array | null =>
  mapper()?.(file, offset, bytes) ?? null;
