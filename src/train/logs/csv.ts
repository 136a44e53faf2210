/** `--csv FILE`: a row an epoch, for spreadsheets. Numbers alone, with a decimal point: parsed back, each is the same double. */
import { dirname } from "node:path";
import { writeAtomically } from "../../base/atomic-write.js";
import { Unwritable, writeTarget } from "../../base/write-target.js";
import { everyEpoch } from "../../metrics/index.js";
import { makeFolder } from "../../run/runs.js";
import type { EpochLine } from "../events.js";
import type { LogKind } from "./log.js";

const columns = [
  "epoch",
  ...["train", "validation"].flatMap((split) => everyEpoch.map(({ name }) => `${split}_${name}`)),
  "lr",
  "seconds",
];

type Values = Readonly<Record<string, unknown>> | null;

/** An undefined value is an empty cell. */
const cell = (value: unknown): string => (typeof value === "number" && Number.isFinite(value) ? `${value}` : "");

function row(line: { readonly epoch: unknown; readonly lr: unknown; readonly seconds: unknown }, scores: Values[]) {
  const values = scores.flatMap((score) => everyEpoch.map(({ name }) => score?.[name]));
  return [line.epoch, ...values, line.lr, line.seconds].map(cell).join(",");
}

export const csv: LogKind = {
  key: "csv",
  open(path, { metrics }) {
    makeFolder(dirname(path));
    const lines = metrics.lines.flatMap((line) =>
      line.kind === "epoch"
        ? [row(line as never, [line["train"] as Values, (line["validation"] ?? null) as Values])]
        : [],
    );
    const text = [columns.join(","), ...lines];
    const write = (rows: readonly string[]): void =>
      writeAtomically(path, [Buffer.from(rows.map((each) => `${each}\r\n`).join(""))]);
    write(text);
    const passing = isStream(path);
    return {
      epoch(line: EpochLine) {
        text.push(row(line, [line.train.values, line.validation?.values ?? null]));
        // What went through a pipe is with its reader.
        write(passing ? text.slice(-1) : text);
      },
    };
  },
};

function isStream(path: string): boolean {
  try {
    return writeTarget(path).kind !== "file";
  } catch (error) {
    if (error instanceof Unwritable) return false; // said where it is written
    throw error;
  }
}
