/** Parts of files as memory: the kernel reads a page when it is looked at, and forgets it where memory is wanted for something else. */
import { addonAttempts } from "./addon.js";

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
let found: Map | null | undefined;

function mapper(): Map | null {
  if (found !== undefined) return found;
  found = null;
  for (const { addon } of addonAttempts()) {
    const { map } = (addon ?? {}) as { map?: Map };
    if (map) return (found = map);
  }
  return found;
}

/** False without the addon. */
export const canMap = (): boolean => mapper() !== null;

/** Null where it cannot be mapped. What is written to it is no one else's, and not in the file. */
export const mapPart = ({ file, offset, bytes }: MappedPart): Uint8Array | null =>
  mapper()?.(file, offset, bytes) ?? null;
