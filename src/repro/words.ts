/** A table in words: what the command line prints and `table.md` holds are the same cells. */
import { basename } from "node:path";
import { counted, duration, percent } from "../base/text.js";
import type { ReproDocument, ReproRow } from "../run/documents/repro.js";

const share = (value: number | null): string => (value === null ? "–" : percent(value));
const points = (value: number): string => `${value > 0 ? "+" : ""}${(100 * value).toFixed(2)}`;

function differenceText({ difference, differenceInterval: interval }: ReproRow): string {
  if (difference === null) return "–";
  return points(difference) + (interval ? ` (${points(interval[0])} .. ${points(interval[1])})` : "");
}

function noteOf({ note, reason, findings, prediction }: ReproRow): string {
  return [
    ...(reason === null ? [] : [`no score: ${reason}`]),
    note,
    ...(findings.length > 0 ? [`doctor: ${findings.join(", ")}`] : []),
    ...(prediction
      ? [
          `${prediction.images} predictions in ${duration(prediction.seconds)}, to hand in: ${basename(prediction.pack)}`,
        ]
      : []),
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

const epochsText = ({ epochs, publishedEpochs }: ReproRow): string =>
  epochs === publishedEpochs ? `${epochs}` : `${epochs} of ${publishedEpochs}`;

export interface WordedTable {
  /** A letter a column: l or r. */
  readonly align: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** One line a row; of an experiment in two forms the row says which. */
export function reproTable({ rows }: ReproDocument): WordedTable {
  const seeds = rows.some((row) => row.seeds > 1);
  const forms = rows.some(({ mode }) => mode !== null);
  const form = ({ mode }: ReproRow): string => (mode === "fixed" ? "fixed" : "AS PUBLISHED, mistakes and all");
  return {
    align: `l${forms ? "l" : ""}rrr${seeds ? "r" : ""}lrrl`,
    head: [
      "row",
      ...(forms ? ["form"] : []),
      "published",
      "ours, test",
      "training",
      ...(seeds ? ["deviation"] : []),
      "difference (95 %)",
      "epochs",
      "seconds",
      "note",
    ],
    rows: rows.map((row) => [
      row.name,
      ...(forms ? [form(row)] : []),
      share(row.published),
      share(row.ours),
      share(row.train),
      ...(seeds ? [`${share(row.deviation)} (${row.seeds})`] : []),
      differenceText(row),
      epochsText(row),
      row.seconds === null ? "–" : row.seconds.toFixed(1),
      noteOf(row),
    ]),
  };
}

/** Both forms side by side; null of an experiment that has one, or where one was asked for. */
export function sideBySide({ rows }: ReproDocument): WordedTable | null {
  const names = [...new Set(rows.map(({ name }) => name))];
  const of = (name: string, mode: ReproRow["mode"]): ReproRow | undefined =>
    rows.find((row) => row.name === name && row.mode === mode);
  if (!names.every((name) => of(name, "as-published") && of(name, "fixed"))) return null;
  return {
    align: "lrrrr",
    head: ["row", "published", "ours, AS PUBLISHED", "ours, fixed", "what the mistakes cost"],
    rows: names.map((name) => {
      const [before, after] = [of(name, "as-published")!, of(name, "fixed")!];
      const cost = before.ours === null || after.ours === null ? "–" : `${points(after.ours - before.ours)} points`;
      return [name, share(before.published), share(before.ours), share(after.ours), cost];
    }),
  };
}

/** Sentences above and below the tables. */
export function reproWords(result: ReproDocument): { readonly above: string[]; readonly below: string[] } {
  const { name, source, place, machine, date, quick, whole, rows, mistakes, confusions, contest } = result;
  const cut = rows.some(({ epochs, publishedEpochs }) => epochs < publishedEpochs);
  const { pairs = [], row = "" } = confusions ?? {};
  return {
    above: [
      `${name}: ${source} (${place}).`,
      `${machine.cpu}, ${machine.isa}, ${counted(machine.threads, "thread")}, ${date.slice(0, 10)}.`,
      ...(quick ? ["QUICK: a part of the data and few epochs; these scores are no result."] : []),
      ...(!quick && cut
        ? ["Fewer epochs than published where the column says so (--epochs full trains them all)."]
        : []),
      ...(whole ? [] : ["Some rows alone."]),
    ],
    below: [
      ...mistakes.map((text) => `The source: ${text}`),
      ...(pairs.length > 0
        ? [
            `${row} takes most often ${pairs.map(({ from, to, samples }) => `${from} for ${to} (${samples})`).join(", ")}.`,
          ]
        : []),
      ...(contest ?? []).map(
        ({ strategy, trials, best }) => `${strategy} search, ${trials} trials: best validation accuracy ${share(best)}`,
      ),
    ],
  };
}
