/** Where the time of a run that was profiled went. */
import { bytes, count, counted, duration, percent } from "../../base/text.js";
import { type RunProfile, readRunProfile } from "../../measure/run-profile.js";
import { table } from "../charts/table.js";
import { html } from "../html.js";
import { section } from "../section.js";

export const time = section<RunProfile>({
  id: "time",
  title: "Where the time went",
  gather: ({ facts: { run } }) => readRunProfile(run),
  render({ steps, msPerStep, threads, layers, ranks, imbalance, phases, advice }) {
    const number = { number: true } as const;
    const passes = table({
      caption: `Of a step of ${msPerStep.toFixed(3)} ms, the mean of ${count(steps)} steps on ${counted(threads, "thread")}`,
      columns: [
        { title: "layer" },
        { title: "pass" },
        { title: "ms", ...number },
        { title: "share", ...number },
        { title: "GFLOP/s", ...number },
        { title: "of the peak", ...number },
        { title: "bytes at least", ...number },
      ],
      rows: layers
        .filter(({ ms }) => ms > 0)
        .map((each) => ({
          cells: [
            each.layer === null ? "" : `${each.layer} ${each.type}`,
            each.pass,
            each.ms.toFixed(3),
            percent(each.share),
            each.gflops === null ? "" : each.gflops.toFixed(1),
            each.peakShare === null ? "" : percent(each.peakShare),
            each.bytes === null ? "" : bytes(each.bytes),
          ],
        })),
    });
    const ofRanks = table({
      caption: `Ranks: the slowest computes ${percent(imbalance)} longer than the mean`,
      columns: [
        { title: "rank", ...number },
        { title: "compute, ms", ...number },
        { title: "wait, ms", ...number },
      ],
      rows: ranks.map(({ compute, wait }, rank) => ({ cells: [rank, compute.toFixed(3), wait.toFixed(3)] })),
    });
    return html`<p>${advice}</p><dl class="facts">${Object.entries(phases).map(
      ([name, seconds]) => html`<div><dt>${name}</dt><dd>${duration(seconds)}</dd></div>`,
    )}</dl><div class="scroll">${passes}</div><div class="scroll">${ofRanks}</div><p class="soft">Shares are of own time and sum to 100 %: waiting at barriers is "wait", what is between the operations "other". GFLOP/s count the definition's multiply-adds, two operations each. trace.json in the run's folder shows it in time.</p>`;
  },
});
