/** `table.md`: the table of a result, for pages. */
import type { ReproDocument } from "../run/documents/repro.js";
import { reproTable, reproWords, sideBySide, type WordedTable } from "./words.js";

const cell = (text: string): string => text.replace(/\|/g, "\\|");

function rendered({ align, head, rows }: WordedTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  const rule = [...align].map((side) => (side === "r" ? "---:" : "---"));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

export function markdown(result: ReproDocument): string {
  const { above, below } = reproWords(result);
  const both = sideBySide(result);
  return [
    `# ${result.name}`,
    above.join("\n"),
    ...(both ? [rendered(both)] : []),
    rendered(reproTable(result)),
    ...(below.length > 0 ? [below.map((text) => `- ${text}`).join("\n")] : []),
    "",
  ].join("\n\n");
}
