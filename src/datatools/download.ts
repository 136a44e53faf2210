/**
 * One file from one address into a part file, and on from there when the connection is cut: the missing range is asked
 * for until nothing comes any more. Whether the bytes are the right ones is for the caller to say, who knows their
 * checksum; so a part that an earlier run left, or another address, is gone on with too.
 */
import { statSync } from "node:fs";
import { mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HeddleError, runError } from "../base/errors.js";
import { reasonOf } from "../base/read-file.js";

export interface Download {
  readonly url: string;
  /** The file to fill: what it holds already is not asked for again. */
  readonly part: string;
  /** Bytes of the whole file, as published. */
  readonly size: number;
  readonly patience: Patience;
  /** Called with the bytes that are there. */
  readonly onProgress: (received: number) => void;
  /** Called with the reason before another attempt. */
  readonly onRetry: (reason: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Patience {
  /** A connection that brings no byte for so long counts as cut. */
  readonly idleMs: number;
  /** Attempts in a row that bring less than a hundredth of the file. */
  readonly attempts: number;
  /** Wait before the second of them; then twice as long each time. */
  readonly pauseMs: number;
}

/** What one request came to. `cut`: worth another one. `refused`: this address does not give the file. */
type Outcome = { readonly kind: "complete" } | { readonly kind: "cut" | "refused"; readonly reason: string };

const cut = (reason: string): Outcome => ({ kind: "cut", reason });
const refused = (reason: string): Outcome => ({ kind: "refused", reason });

/** What an address has shown of itself. */
interface Manners {
  /** Its strong name for this version of the file: the rest of another version must not be added to what is there. */
  validator: string | null;
  /** False once it answered a range with something else. */
  ranges: boolean;
}

/**
 * Null when the part holds `size` bytes, else why this address did not give them. Throws `runError` where the disk
 * fails, and the signal's reason once it is aborted.
 */
export async function download(given: Download): Promise<string | null> {
  const { part, size, patience, onRetry, signal } = given;
  const manners: Manners = { validator: null, ranges: true };
  for (let failed = 0; ; ) {
    const before = sizeOf(part);
    const outcome = await request(given, manners);
    if (outcome.kind === "complete") return null;
    if (outcome.kind === "refused") return outcome.reason;
    failed = sizeOf(part) - before > size / 100 ? 1 : failed + 1;
    if (failed >= patience.attempts) return outcome.reason;
    onRetry(outcome.reason);
    await sleep(patience.pauseMs * 2 ** (failed - 1), undefined, { ...(signal && { signal }) });
  }
}

/** Bytes in the file; 0 where there is none. */
export function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // or one that cannot be reached: writing it will say so
  }
}

async function request(given: Download, manners: Manners): Promise<Outcome> {
  const { url, part, size, patience, signal } = given;
  const there = manners.ranges ? sizeOf(part) : 0;
  if (there === size) return { kind: "complete" };
  const from = there < size ? there : 0;
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(), patience.idleMs);
  let answered = false;
  try {
    const response = await fetch(url, {
      headers: requestHeaders(from, manners),
      signal: AbortSignal.any([idle.signal, ...(signal ? [signal] : [])]),
    });
    answered = true;
    const problem = checkAnswer(response, from, size, manners);
    if (problem) {
      await response.body?.cancel();
      return problem;
    }
    const etag = response.headers.get("etag");
    manners.validator = etag?.startsWith('"') ? etag : response.headers.get("last-modified");
    return await receive(given, response, response.status === 206 ? from : 0, () => timer.refresh());
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof HeddleError) throw cause;
    if (idle.signal.aborted) return cut(`nothing came for ${patience.idleMs / 1000} s`);
    const { code, text } = connectionProblem(cause);
    return answered || passing.has(code) ? cut(text) : refused(text);
  } finally {
    clearTimeout(timer);
  }
}

/** Failures to connect that may be gone a second later. Where a name or a port does not exist, waiting is no use. */
const passing: ReadonlySet<string> = new Set([
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const connectionTexts: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such host, or no connection",
  EAI_AGAIN: "no answer to who the host is, or no connection",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection cut",
  UND_ERR_SOCKET: "connection cut",
  UND_ERR_CONNECT_TIMEOUT: "no connection in time",
};

/** What `fetch` hides in the cause of "fetch failed" and "terminated". */
function connectionProblem(error: unknown): { code: string; text: string } {
  const { cause = error } = error as { cause?: unknown };
  const { code = "", message = "" } = cause as { code?: string; message?: string };
  return { code, text: connectionTexts[code] ?? (message || code || "no connection") };
}

function requestHeaders(from: number, { validator }: Manners): Record<string, string> {
  return {
    // Packed again on the way, a file would have another length than the published one.
    "accept-encoding": "identity",
    ...(from > 0 && { range: `bytes=${from}-` }),
    ...(from > 0 && validator && { "if-range": validator }),
  };
}

/** Null where the body is the file, or what is missing of it. */
function checkAnswer({ status, statusText, headers }: Response, from: number, size: number, manners: Manners) {
  const said = `HTTP ${status} ${statusText}`.trimEnd();
  if (status === 416 || status === 206) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
    const asked = status === 206 && from > 0 && Number(start) === from && (total === "*" || Number(total) === size);
    if (asked) return null;
    manners.ranges = false;
    return from > 0
      ? cut(`${said} with another range than asked for`)
      : refused(`${said} to a request without a range`);
  }
  if (status === 200) {
    const encoding = headers.get("content-encoding") ?? "identity";
    if (encoding !== "identity") return refused(`the file packed again (${encoding})`);
    const length = headers.get("content-length");
    return length === null || Number(length) === size ? null : refused(`${length} bytes instead of ${size}`);
  }
  const busy = status >= 500 || status === 408 || status === 425 || status === 429;
  return busy ? cut(said) : refused(said);
}

/** Writes the body into the part from `start` on. */
async function receive({ part, size, onProgress }: Download, response: Response, start: number, onChunk: () => void) {
  await onDisk(part, mkdir(dirname(part), { recursive: true }));
  const file = await onDisk(part, open(part, start > 0 ? "r+" : "w"));
  let received = start;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      onChunk();
      if (received + chunk.length > size) {
        await onDisk(part, rm(part));
        return refused(`more than ${size} bytes`);
      }
      await onDisk(part, file.write(chunk, 0, chunk.length, received));
      received += chunk.length;
      onProgress(received);
    }
    if (received < size) return cut(`the end after ${received} of ${size} bytes`);
    await onDisk(part, file.sync());
    return { kind: "complete" } as const;
  } finally {
    await file.close();
  }
}

/** Throws `runError` naming the path where the disk does not do as told. */
export async function onDisk<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const fix = "Free space or choose another folder with --data-dir; what came so far is kept.";
    throw runError({ where: path, expected: "to write this file", got: reasonOf(cause), fix, cause });
  }
}
