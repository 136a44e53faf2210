/** A live bar for work that takes over a second. */
import { Presets, SingleBar } from "cli-progress";
import { renderLine } from "../ansi.js";
import { knowsUnicode } from "../unicode.js";
import type { Output } from "./renderer.js";
import { Pace, type TaskProgress, type Unit } from "./task.js";

const patienceSeconds = 1;

export function taskBar(
  output: Output,
  unit: Unit,
  now: () => number = Date.now,
  env: NodeJS.ProcessEnv = process.env,
): TaskProgress {
  const pace = new Pace(unit, now);
  let drawn: SingleBar | null = null;
  const clear = () => {
    drawn?.stop();
    drawn = null;
  };
  return {
    update(name, done, total) {
      if (pace.update(name, done)) clear();
      const pieces: Piece[] = [
        { text: renderLine(name), order: 1 },
        { text: "bar", order: 2 },
        { text: pace.text(done, total), order: 0 },
      ];
      if (drawn) drawn.update(done, { pieces });
      else if (pace.seconds >= patienceSeconds) {
        drawn = newBar(output, env);
        drawn.start(total, done, { pieces });
      }
    },
    note(text) {
      clear();
      output.write(`${renderLine(text)}\n`);
    },
    close: clear,
  };
}

/** A part of a bar's line, in its place. The text "bar" is the bar itself. */
export interface Piece {
  readonly text: string;
  /** Those with the largest are left out first where the terminal is narrow. */
  readonly order: number;
}

const barColumns = 20;

/** A bar whose line is made of the `pieces` of each update, never longer than the terminal has columns. */
export function newBar(output: Output, env: NodeJS.ProcessEnv): SingleBar {
  const signs = knowsUnicode(env) ? ["\u2588", "\u2591"] : ["#", "-"];
  return new SingleBar(
    {
      format: (_, { progress }, { pieces }: { pieces: readonly Piece[] }) => {
        const full = Math.round(Math.min(1, progress) * barColumns);
        const drawn = signs[0].repeat(full) + signs[1].repeat(barColumns - full);
        const parts = pieces.map(({ text, order }) => ({ text: text === "bar" ? drawn : text, order }));
        return fitted(parts, (output.columns ?? 80) - 1);
      },
      stream: output as NodeJS.WriteStream,
      clearOnComplete: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
}

/** The pieces that have room, with dots between. */
export function fitted(pieces: readonly Piece[], columns: number): string {
  const kept = pieces.filter(({ text }) => text !== "");
  for (;;) {
    const line = kept.map(({ text }) => text).join(" · ");
    if ([...line].length <= columns || kept.length <= 1) return [...line].slice(0, Math.max(0, columns)).join("");
    const last = kept.reduce((worst, piece, i) => (piece.order > kept[worst].order ? i : worst), 0);
    kept.splice(last, 1);
  }
}
