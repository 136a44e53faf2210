/** Events in words. */
import {
  bytes,
  count,
  counted,
  type EpochLine,
  type Finding,
  findingText,
  metrics,
  type RunHeader,
  type Score,
  valueText,
} from "../../index.js";

/** The first line of each run: what computes, how many threads and why, what trains on what. */
export function headerText(header: RunHeader): string {
  const { samples } = header;
  const splits = [
    `${count(samples.train)} train`,
    samples.validation > 0 && `${count(samples.validation)} validation`,
    samples.test > 0 && `${count(samples.test)} test`,
  ].filter((split) => split !== false);
  return [
    `${header.backend} ${header.isa}${header.backendNote === undefined ? "" : ` (${header.backendNote})`}`,
    `${header.threads} ${header.threads === 1 ? "thread" : "threads"} (${header.threadsReason})`,
    `${header.dataset} (${splits.join(", ")})`,
    `${header.model}, ${count(header.parameters)} parameters`,
    `batch ${header.batchSize}`,
    header.dtype,
    `${bytes(header.arenaBytes)} shared`,
    header.run ?? "no files",
  ].join(" · ");
}

/** "loss 0.1184, accuracy 98.10 %": what there is of the registered metrics, in their order. */
export const valuesText = (values: Score["values"]): string =>
  metrics
    .filter(({ name }) => values[name] !== undefined)
    .map((metric) => `${metric.title} ${valueText(metric, values[metric.name])}`)
    .join(", ");

/** One epoch in one line. Training figures are running means, while the weights moved. */
export function epochText(line: EpochLine & { readonly best: boolean }, epochs: number): string {
  const { train, validation } = line;
  return [
    `epoch ${line.epoch.toString().padStart(epochs.toString().length)}/${epochs}${line.steps === undefined ? "" : `, ${counted(line.steps, "step")} of it`}`,
    `train ${valuesText(train.values)}`,
    line.objective !== undefined && `objective ${line.objective.toFixed(4)}`,
    validation && `validation ${valuesText(validation.values)}`,
    `${count(train.samples / line.seconds)} samples/s`,
    validation && line.best && "best so far",
  ]
    .filter((part) => part)
    .join(" · ");
}

/** A finding in one line; what is only worth knowing needs no word in front. */
export const findingLine = (finding: Finding): string =>
  finding.severity === "note" ? findingText(finding) : `${finding.severity}: ${findingText(finding)}`;
