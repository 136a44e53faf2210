/**
 * The Trace Event Format, which Perfetto and chrome://tracing read: complete slices ("ph": "X") in microseconds. Ends are
 * computed in whole nanoseconds and lengths from them, so that slices of a track nest or are apart after rounding too.
 */

export interface TraceSlice {
  readonly name: string;
  readonly category: string;
  /** The track. */
  readonly track: number;
  /** Seconds since the trace began. */
  readonly begin: number;
  readonly end: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** More than this no viewer opens well. */
export const slicesAtMost = 500_000;

export interface ChromeTrace {
  /** Of the file. */
  readonly text: string;
  /** How many slices of the middle it has not. */
  readonly leftOut: number;
}

/** What a person is told of a trace that was written. */
export const traceNote = (path: string, { leftOut }: Pick<ChromeTrace, "leftOut">): string =>
  `${path}: open it at ui.perfetto.dev or in chrome://tracing.${leftOut > 0 ? ` It has the beginning and the end: ${leftOut} slices between them are left out, since viewers open no more.` : ""}`;

/** `tracks`: their names, from 0. Slices beyond `slicesAtMost` are left out of the middle, and `otherData` says so. */
export function chromeTrace(
  tracks: readonly string[],
  slices: readonly TraceSlice[],
  about: Readonly<Record<string, unknown>>,
): ChromeTrace {
  const half = slicesAtMost / 2;
  const kept = slices.length > slicesAtMost ? [...slices.slice(0, half), ...slices.slice(-half)] : slices;
  const leftOut = slices.length - kept.length;
  const nanoseconds = (seconds: number): number => Math.max(0, Math.round(seconds * 1e9));
  const micro = (ns: number): number => Number((ns / 1000).toFixed(3));
  const events = [
    { ph: "M", pid: 1, tid: 0, name: "process_name", args: { name: "heddle" } },
    // Thread 0 would be folded into the process: tracks count from 1.
    ...tracks.map((name, track) => ({ ph: "M", pid: 1, tid: track + 1, name: "thread_name", args: { name } })),
    ...kept.map(({ name, category, track, begin, end, args }) => {
      const [from, to] = [nanoseconds(begin), nanoseconds(end)];
      const place = { ts: micro(from), dur: micro(Math.max(0, to - from)) };
      return { ph: "X", pid: 1, tid: track + 1, name, cat: category, ...place, ...(args && { args }) };
    }),
  ];
  const otherData = { ...about, ...(leftOut > 0 && { leftOut: `${leftOut} slices of the middle` }) };
  return { text: JSON.stringify({ displayTimeUnit: "ms", otherData, traceEvents: events }), leftOut };
}
