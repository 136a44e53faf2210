/**
 * `journal.jsonl`: a line for each trial that has come to the end of a rung, on the disk before the next begins. A last line
 * that a killed process wrote by half counts for nothing, and is cut off before the next is written.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync } from "node:fs";
import { z } from "zod";
import { writeAll } from "../base/atomic-write.js";
import { dataError, runError } from "../base/errors.js";
import { kindOf } from "../base/path-kind.js";
import { readWholeFile, reasonOf } from "../base/read-file.js";

const lineSchema = z.strictObject({
  trial: z.int().min(1),
  /** The rung: epochs after which trials are compared. */
  rung: z.int().min(1),
  /** Epochs that it has: fewer where it ended by itself. */
  epochs: z.int().min(0),
  config: z.record(z.string(), z.unknown()),
  /** Null: it has none, and `reason` says why. */
  score: z.number().nullable(),
  bestEpoch: z.int().min(1).nullable(),
  reason: z.string().nullable(),
  seconds: z.number(),
});
export type JournalLine = z.infer<typeof lineSchema>;

export class Journal {
  readonly #path: string;
  readonly #lines: JournalLine[] = [];

  /** Throws `dataError` naming the first line that is broken, but the last. */
  constructor(path: string) {
    this.#path = path;
    if (kindOf(path) === "nothing") return;
    const bytes = readWholeFile(path, "the journal of a search");
    const whole = bytes.lastIndexOf(0x0a) + 1;
    const texts = new TextDecoder().decode(bytes.subarray(0, whole)).split("\n").slice(0, -1);
    for (const [i, text] of texts.entries()) {
      const parsed = lineSchema.safeParse(parse(text));
      if (parsed.success) this.#lines.push(parsed.data);
      else {
        const fix = "The file was damaged or changed: put it back, or search anew with another --out.";
        const got = text.length > 60 ? `${text.slice(0, 57)}...` : text || "nothing";
        throw dataError({ where: `${path}, line ${i + 1}`, expected: "a line of a trial", got, fix });
      }
    }
    if (whole < bytes.length) this.#write((file) => ftruncateSync(file, whole), "r+");
  }

  get lines(): readonly JournalLine[] {
    return this.#lines;
  }

  /** What came of a trial by then; undefined where it has not got there. */
  of(trial: number, rung: number): JournalLine | undefined {
    return this.#lines.find((line) => line.trial === trial && (line.rung === rung || line.reason !== null));
  }

  append(line: JournalLine): void {
    this.#write((file) => writeAll(file, Buffer.from(`${JSON.stringify(line)}\n`)), "a");
    this.#lines.push(line);
  }

  #write(action: (file: number) => void, flags: "a" | "r+"): void {
    try {
      const file = openSync(this.#path, flags);
      try {
        action(file);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (cause) {
      const fix = "Free space; the same command goes on.";
      throw runError({ where: this.#path, expected: "to write this file", got: reasonOf(cause), fix, cause });
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
