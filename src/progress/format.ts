/** Numbers as people read them. By hand, since starting Intl costs more than all of this. */
import type { EpochLine, RunHeader } from "../train/events.js";

/** 1086215 as "1,086,215". */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");

/** A share of 0..1 as "97.40 %". */
export const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

/** Loss: four significant digits, without an exponent where people expect none. */
export const number = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : value.toFixed(4);

/** "0.84 s", "12.3 s", "4:07", "1:02:03". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return clock(seconds);
}

/** "0:07", "4:07", "1:02:03": even width while it counts down. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "-";
  const whole = Math.round(seconds);
  const two = (value: number) => value.toString().padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** "512 B", "12.3 MiB". */
export function bytes(value: number): string {
  let unit = 0;
  for (; value >= 1024 && unit < 4; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
}

/** The first line of each run: what computes, how many threads and why, what trains on what. */
export function headerText(header: RunHeader): string {
  const { samples } = header;
  const splits = [
    `${count(samples.train)} train`,
    samples.validation > 0 && `${count(samples.validation)} validation`,
    samples.test > 0 && `${count(samples.test)} test`,
  ].filter((split) => split !== false);
  return [
    `${header.backend} ${header.isa}`,
    `${header.threads} ${header.threads === 1 ? "thread" : "threads"} (${header.threadsReason})`,
    `${header.dataset} (${splits.join(", ")})`,
    `${header.model}, ${count(header.parameters)} parameters`,
    `batch ${header.batchSize}`,
    header.dtype,
    `${bytes(header.arenaBytes)} shared`,
    header.run,
  ].join(" · ");
}

/** One epoch in one line. Training figures are running means, while the weights moved. */
export function epochText(line: EpochLine & { readonly best: boolean }, epochs: number): string {
  const { train, validation } = line;
  return [
    `epoch ${line.epoch.toString().padStart(epochs.toString().length)}/${epochs}`,
    `train loss ${number(train.loss)}, accuracy ${percent(train.accuracy)}`,
    validation && `validation loss ${number(validation.loss)}, accuracy ${percent(validation.accuracy)}`,
    `${count(train.samples / line.seconds)} samples/s`,
    validation && line.best && "best so far",
  ]
    .filter((part) => part)
    .join(" · ");
}
