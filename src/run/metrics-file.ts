/**
 * `metrics.jsonl`: one JSON object a line, appended while a run goes on; the first says which form the others have. It has
 * no checksum; a line is written whole or taken back, and whoever reads it is told of what is broken.
 */

import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { writeAll } from "../base/atomic-write.js";
import { dataError, HeddleError, runError } from "../base/errors.js";
import { aText } from "../base/given.js";
import { readWholeFile, reasonOf, streamName } from "../base/read-file.js";

const what = "the metrics of a run";

/** The form of the lines. */
const schema = 1;
const schemaLine = { kind: "schema", schema };

export class MetricsFile {
  readonly path: string;
  #file: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Adds one line: the whole of it, or nothing. */
  append(line: object): void {
    this.#on((file) => {
      const { size } = fstatSync(file);
      const lines = size === 0 ? [schemaLine, line] : [line];
      try {
        writeAll(file, Buffer.from(lines.map((each) => `${JSON.stringify(each)}\n`).join("")));
      } catch (error) {
        ftruncateSync(file, size);
        throw error;
      }
    });
  }

  /** Length in bytes, all of them on the disk: what a checkpoint remembers. */
  sync(): number {
    return this.#on((file) => {
      fsyncSync(file);
      return fstatSync(file).size;
    });
  }

  /** Cuts it back to the length that a checkpoint remembers. Throws `dataError` where what stays is not whole. */
  truncate(length: number): void {
    const found = this.#on((file) => fstatSync(file).size);
    if (found < length) {
      throw dataError({
        where: this.path,
        expected: `the ${length} bytes that the checkpoint knows of`,
        got: `${found}`,
        fix: "Put the file back, or train anew with another --out.",
      });
    }
    let lines = 0;
    for (const { line } of eachLine(readWholeFile(this.path, what).subarray(0, length), this.path)) {
      lines++;
      if (!line) throw brokenLine(this.path, lines, "half of one, where the checkpoint knows of a whole one");
    }
    this.#on((file) => ftruncateSync(file, length));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #on<T>(action: (file: number) => T): T {
    try {
      this.#file ??= openToAppend(this.path);
      return action(this.#file);
    } catch (cause) {
      if (cause instanceof HeddleError) throw cause;
      const fix = "Free space or choose another folder with --out; the lines before this one are whole.";
      throw runError({ where: this.path, expected: "to write this file", got: reasonOf(cause), fix, cause });
    }
  }
}

function openToAppend(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;
  const file = openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK);
  const stream = streamName(fstatSync(file));
  if (stream === null) return file;
  closeSync(file);
  const fix = "A resume cuts it back: it has to be a file.";
  throw runError({ where: path, expected: "to write this file", got: stream, fix });
}

/** Some line of the metrics: a step's (with `--log-steps`) or an epoch's. */
export type MetricsLine = { readonly kind: string } & Readonly<Record<string, unknown>>;

export interface Metrics {
  readonly lines: readonly MetricsLine[];
  /** Number of a last line that a killed process wrote by half, which is left out; null where there is none. */
  readonly torn: number | null;
}

/** The lines of a run's metrics. Throws `dataError` naming the first line before the last that is broken, and where they have another form. */
export function readMetrics(path: string): Metrics {
  aText(path, "readMetrics, path");
  const lines: MetricsLine[] = [];
  for (const { line, number } of eachLine(readWholeFile(path, what), path)) {
    if (!line) return { lines, torn: number };
    if (line.kind !== "schema") lines.push(line);
    else if (line["schema"] !== schema) throw otherForm(path, number, line["schema"]);
  }
  return { lines, torn: null };
}

/** Line by line, numbered from 1; null for what follows the end of the last whole line. */
function* eachLine(bytes: Uint8Array, path: string): Generator<{ line: MetricsLine | null; number: number }> {
  const decoder = new TextDecoder();
  for (let at = 0, number = 1; at < bytes.length; number++) {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0) {
      yield { line: null, number };
      return;
    }
    const text = decoder.decode(bytes.subarray(at, end));
    const line = parseLine(text);
    if (!line) throw brokenLine(path, number, text.length > 60 ? `${text.slice(0, 57)}...` : text || "nothing");
    yield { line, number };
    at = end + 1;
  }
}

function parseLine(text: string): MetricsLine | null {
  try {
    const line: unknown = JSON.parse(text);
    return line !== null && typeof line === "object" && "kind" in line && typeof line.kind === "string"
      ? (line as MetricsLine)
      : null;
  } catch {
    return null;
  }
}

const otherForm = (path: string, number: number, got: unknown): HeddleError =>
  dataError({
    where: `${path}, line ${number}`,
    expected: `lines of schema ${schema}, which this version of Heddle writes`,
    got: `schema ${JSON.stringify(got)}`,
  });

const brokenLine = (path: string, number: number, got: string): HeddleError =>
  dataError({
    where: `${path}, line ${number}`,
    expected: "a line of metrics (a JSON object with a kind)",
    got,
    fix: "The file was damaged or changed: put it back, or train anew with another --out.",
  });
