/**
 * What a file's name leads to, looked at before it is written: a rename would put a plain file in the place of a device,
 * a pipe or a link.
 */
import { accessSync, constants, lstatSync, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

export type WriteTarget =
  /** A file, there or not, at the end of all links; `mode`: the permissions of the one that is there. */
  | { readonly kind: "file"; readonly path: string; readonly mode: number | null }
  /** A pipe or a device: bytes can only pass through. */
  | { readonly kind: "stream"; readonly path: string }
  /** Something that this process has open: /dev/stdout. */
  | { readonly kind: "descriptor"; readonly descriptor: number };

/** Why nothing can be written there, in words. */
export class Unwritable extends Error {}

/** As many as Linux follows. */
const mostLinks = 40;

/** Throws `Unwritable`, or what the file system says. */
export function writeTarget(path: string): WriteTarget {
  const { at, descriptor } = followLinks(path);
  if (descriptor !== null) return { kind: "descriptor", descriptor };
  const found = statSync(at, { throwIfNoEntry: false });
  if (found === undefined) return { kind: "file", path: at, mode: null };
  const unfit = whyUnfit(found);
  if (unfit !== null) throw new Unwritable(unfit);
  if (!found.isFile()) return { kind: "stream", path: at };
  // A rename asks the folder alone; what somebody protected stays.
  if ((found.mode & 0o222) === 0) throw new Unwritable("a file that is read-only");
  accessSync(at, constants.W_OK);
  return { kind: "file", path: at, mode: found.mode & 0o7777 };
}

function whyUnfit(found: Stats): string | null {
  if (found.isDirectory()) return "a folder";
  if (found.isBlockDevice()) return "a disk";
  if (found.isSocket()) return "a socket";
  return null;
}

/** The end of the chain of links, which need not be there, or the open file of this process that it names. */
function followLinks(path: string): { at: string; descriptor: number | null } {
  let at = resolve(path);
  for (let links = 0; links <= mostLinks; links++) {
    const folder = realFolder(dirname(at));
    const own = /^\/proc\/(\d+)(?:\/task\/\d+)?\/fd$/.exec(folder)?.[1] === String(process.pid);
    if (own && /^\d+$/.test(basename(at))) return { at, descriptor: Number(basename(at)) };
    // The links there are none: they only look like the path of what is open.
    if (folder.startsWith("/proc/")) return { at, descriptor: null };
    if (!lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) return { at, descriptor: null };
    at = resolve(folder, readlinkSync(at));
  }
  throw new Unwritable("links that lead to each other");
}

/** Without links; as it is where it is not there: whoever writes says so. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return join(folder);
  }
}
