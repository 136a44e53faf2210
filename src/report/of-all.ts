/** One page of several runs: what sets them apart, then each run's result, mistakes and classes. */
import { writeTextFile } from "../base/atomic-write.js";
import { aText, checkOptions, list } from "../base/given.js";
import { type MeasureOptions, measureChecks } from "../evidence/measured.js";
import { compareRuns } from "./compare.js";
import { comparisonPage } from "./compare-page.js";
import { letterOf } from "./compare-words.js";
import type { PagePart } from "./page.js";
import { contentOf, gather } from "./report.js";
import { classes } from "./sections/classes.js";
import { confusion } from "./sections/confusion.js";
import { doctor } from "./sections/doctor.js";
import { headline } from "./sections/headline.js";

/** The curves are the comparison's; all else is in each run's own page. */
const shown = [headline, doctor, confusion, classes];

/** Returns what could not be read: a sentence each. Throws HeddleError where a folder is no run's, or the page cannot be written. */
export async function writeReportOfAll(
  runs: readonly string[],
  out: string,
  options: MeasureOptions = {},
): Promise<readonly string[]> {
  list(aText)(runs, "writeReportOfAll, runs");
  aText(out, "writeReportOfAll, out");
  checkOptions("writeReportOfAll", options, measureChecks);
  const comparison = await compareRuns(runs, options);
  const parts: PagePart[] = [];
  for (const [i, run] of runs.entries()) {
    const letter = letterOf(i);
    const { parts: told } = await gather(run, options, shown, `run${i + 1}-`);
    for (const [{ id, title }, each] of told) {
      parts.push({ id: `run${i + 1}-${id}`, title: `${letter}: ${title}`, content: contentOf(each) });
    }
  }
  writeTextFile(out, comparisonPage(comparison, parts));
  return comparison.notes;
}
