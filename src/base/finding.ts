/**
 * Something a person should know of data, a run or a prediction before trusting it. Checks return them; whoever prints,
 * prints one line each; `run.json` and `--json` documents hold them as they are.
 */

/** `note`: worth knowing · `warning`: a score may mislead · `error`: nothing can be learned. */
export type Severity = "note" | "warning" | "error";

export interface Finding {
  /** Names the kind, for programs: "blank-images". */
  readonly id: string;
  readonly severity: Severity;
  /** What was found, with names and counts: a sentence. */
  readonly evidence: string;
  /** What to do about it: a sentence, or "" where there is nothing to do. */
  readonly fix: string;
}

/** As one line. */
export const findingText = ({ evidence, fix }: Pick<Finding, "evidence" | "fix">): string =>
  fix === "" ? evidence : `${evidence} ${fix}`;

/** The first few of many names, and how many more there are. */
export function someOf(names: readonly string[], most = 3): string {
  const shown = names.length === most + 1 ? names : names.slice(0, most);
  const more = names.length - shown.length;
  return `${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
