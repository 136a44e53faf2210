/** `heddle train --find-lr`: a range test of the learning rate, drawn. */
import {
  characterPlot,
  type FoundRate,
  findRate,
  type Resolved,
  ratePicture,
  usageError,
  writeTextFile,
} from "../index.js";
import { chooseRenderer } from "./progress/index.js";
import { printJson, printText, resultColors, resultColumns } from "./terminal.js";
import type { TrainOptions } from "./train.js";
import { knowsUnicode } from "./unicode.js";

export async function runFindRate({ config, sources }: Resolved, options: TrainOptions): Promise<void> {
  if (options.resume !== undefined) {
    throw usageError({ where: "--find-lr", expected: "a run that has not begun", got: `--resume ${options.resume}` });
  }
  const wishes = { quiet: options.quiet === true, bar: options.progress && !options.json };
  const renderer = await chooseRenderer(wishes, process.stderr, process.env);
  const found = await findRate({ config, sources, onEvent: (event) => renderer.onEvent(event) }).finally(() =>
    renderer.close(),
  );
  if (typeof options.findLr === "string") writeTextFile(options.findLr, ratePicture(found));
  if (options.json) printJson({ schema: 1, ...found });
  else printText(textOf(found, options));
}

const short = (value: number): string => `${Number(value.toPrecision(2))}`;

function textOf({ points, suggestion, lowest, diverged }: FoundRate, options: TrainOptions): string {
  const colors = resultColors(options);
  const rate = (at: number): string => `1e${Math.round(at)}`;
  const lines = characterPlot({
    title: `Loss by rate, smoothed, from ${short(points[0].rate)} to ${short(points[points.length - 1].rate)} (x: its power of ten)`,
    lines: [{ name: "loss", points: points.map((point) => [Math.log10(point.rate), point.smoothed] as const) }],
    text: (value) => value.toPrecision(3),
    columns: resultColumns(),
    rows: 14,
    mark: suggestion === null ? null : Math.log10(suggestion),
    unicode: knowsUnicode(process.env),
    xText: rate,
  });
  const beyond = diverged === null ? "" : `; lost from ${short(diverged)} on`;
  return [
    ...lines,
    "",
    suggestion === null
      ? "No rate makes the loss fall: look at the data, or at --standardize."
      : `try  ${colors.bold(`--lr ${short(suggestion)}`)}  where the loss falls fastest (^); lowest at ${short(lowest)}${beyond}`,
  ].join("\n");
}
