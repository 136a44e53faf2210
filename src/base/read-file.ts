/** Whole files as bytes, with errors that name what was looked for. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Socket } from "node:net";
import { isatty, ReadStream as TerminalStream } from "node:tty";
import { dataError, type HeddleError } from "./errors.js";

/** The most that one read call is asked for. */
const readLimit = 1 << 30;
/** What is read at a time where no size is known. */
const pieceSize = 1 << 16;
/** The most that is taken where no size is known: a device may never end. */
const endless = 2 ** 31 - 1;

/**
 * All bytes of the file. `what` names it in the error: "a model file". A pipe or a device is refused by name: such a file
 * is read more than once, or by a thread that could hear no signal while it waits.
 */
export function readWholeFile(path: string, what: string): Uint8Array<ArrayBuffer> {
  try {
    return wholeBytes(path);
  } catch (cause) {
    throw cannotRead(path, what, cause);
  }
}

/** The name of standard input, where a file that is read once is named. */
export const standardInput = "-";

/** The same for a file that is read once: it may be a pipe, as `<(command)` is, or `-`. Signals are heard while it waits. */
export async function readOnce(path: string, what: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await bytesOnce(path);
  } catch (cause) {
    throw cannotRead(path, what, cause);
  }
}

/** Undefined where nothing can be seen: a path through a file throws, whatever is asked. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Throws `dataError` for a pipe or a device in the place of a file that others read, in places or more than once. */
export function refuseStream(path: string, what: string): void {
  const found = statusOf(path);
  const stream = found && streamName(found);
  if (stream) throw cannotRead(path, what, new Stream(stream));
}

/** Throws `dataError` unless there is a file. */
export function needFile(path: string, what: string): void {
  refuseStream(path, what);
  const found = statusOf(path);
  if (found?.isFile()) return;
  throw dataError({ where: path, expected: what, got: found ? "a folder" : "no such file" });
}

/** What `readWholeFile` reads; throws what the file system says, for `reasonOf`. */
export function wholeBytes(path: string): Uint8Array<ArrayBuffer> {
  const file = openNow(path);
  try {
    const found = fstatSync(file);
    const stream = streamName(found);
    if (stream !== null) throw new Stream(stream);
    return readToEnd(file, found.size);
  } finally {
    closeSync(file);
  }
}

/** What `readOnce` reads; throws what the file system says, for `reasonOf`. */
export async function bytesOnce(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (path === standardInput) return bytesOfInput();
  let file: number | undefined = openNow(path);
  try {
    const found = fstatSync(file);
    // A file may be long: its bytes come while others work.
    if (streamName(found) === null) return await readFile(path);
    const source = waitable(file, found);
    if (source === null) return readToEnd(file, 0);
    // The stream closes it.
    file = undefined;
    const pieces = new Pieces();
    for await (const piece of source as AsyncIterable<Uint8Array>) pieces.add(piece);
    return pieces.joined();
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

let inputIsRead = false;

async function bytesOfInput(): Promise<Uint8Array<ArrayBuffer>> {
  if (inputIsRead) throw new Error("standard input, which was read already");
  inputIsRead = true;
  const pieces = new Pieces();
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) pieces.add(piece);
  return pieces.joined();
}

/** Something that bytes only pass through. */
class Stream extends Error {}

const readTwice = "It is read more than once: write what it gives to a file first.";

function cannotRead(path: string, what: string, cause: unknown): HeddleError {
  const fix = cause instanceof Stream ? readTwice : "";
  return dataError({ where: path, expected: what, got: reasonOf(cause), fix, cause });
}

/** Does not wait for somebody to write into a pipe. */
const openNow = (path: string): number =>
  openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);

/** What it is, where it is neither file nor folder. */
export function streamName(found: Stats): string | null {
  if (found.isFIFO()) return "a pipe";
  if (found.isSocket()) return "a socket";
  return found.isCharacterDevice() || found.isBlockDevice() ? "a device" : null;
}

/** Node's stream over what may keep its reader waiting; null for what always answers at once. */
function waitable(file: number, found: Stats): Socket | TerminalStream | null {
  if (found.isFIFO()) return new Socket({ fd: file, readable: true, writable: false });
  return found.isCharacterDevice() && isatty(file) ? new TerminalStream(file) : null;
}

/** Everything up to the end: some files say that they are empty and are not. */
function readToEnd(file: number, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(file, bytes, filled, Math.min(size - filled, readLimit), null);
    if (count === 0) return bytes.subarray(0, filled);
    filled += count;
  }
  const more = new Pieces();
  for (;;) {
    const piece = new Uint8Array(pieceSize);
    const count = readSync(file, piece, 0, pieceSize, null);
    if (count === 0) break;
    more.add(piece.subarray(0, count));
  }
  if (more.bytes === 0) return bytes;
  more.addFirst(bytes);
  return more.joined();
}

/** Bytes that come without saying how many. */
class Pieces {
  readonly #pieces: Uint8Array[] = [];
  bytes = 0;

  add(piece: Uint8Array): void {
    this.bytes += piece.length;
    if (this.bytes > endless) throw new RangeError("more than 2 GB without an end");
    this.#pieces.push(piece);
  }

  addFirst(piece: Uint8Array): void {
    this.bytes += piece.length;
    this.#pieces.unshift(piece);
  }

  joined(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }
}

const reasons: Record<string, string> = {
  ENOENT: "no such file or folder",
  ENOTDIR: "a path through something that is not a folder",
  EISDIR: "a folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "a read-only file system",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota used up",
  EFBIG: "a file larger than this process may write",
  EEXIST: "something that is already there",
  ENOTEMPTY: "a folder that is not empty",
  EIO: "an error of the disk",
  ELOOP: "links that lead to each other",
  ENAMETOOLONG: "a name that is too long",
  EMFILE: "no file handle left (ulimit -n)",
  ENFILE: "no file handle left on this machine",
  EBUSY: "something in use, or mounted by itself",
  ETXTBSY: "a program that is running",
  ENXIO: "a pipe that nobody reads, or no device",
  EPIPE: "a pipe that nobody reads any more",
  ESTALE: "a file that its server has lost",
  ENOTCONN: "a file system that is gone",
};

/** Why a call to the file system failed, in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || message;
}
