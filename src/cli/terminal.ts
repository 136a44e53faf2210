/** Colours and results: the only writers to stdout. */
import pc from "picocolors";

export type Colors = ReturnType<typeof pc.createColors>;

export interface ColorWishes {
  /** False after `--no-color`. */
  readonly color: boolean;
  readonly isTTY: boolean | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** NO_COLOR and `--no-color` win, then FORCE_COLOR, then whether a person is looking. */
export function wantsColor({ color, isTTY, env }: ColorWishes): boolean {
  if (!color || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTTY === true && env.TERM !== "dumb";
}

/** Colours for stdout. */
export const resultColors = (options: { readonly color: boolean }): Colors =>
  pc.createColors(wantsColor({ color: options.color, isTTY: process.stdout.isTTY, env: process.env }));

export const resultColumns = (): number => process.stdout.columns || 80;

/** A result for people. */
export const printText = (text: string): void => void process.stdout.write(`${text}\n`);

/** A result for programs: one document. */
export const printJson = (document: unknown): void => void process.stdout.write(`${JSON.stringify(document)}\n`);

/** A line beside the result: on stderr, and not with `--quiet`. */
export function noter(options: { readonly quiet?: boolean }): (text: string) => void {
  return options.quiet ? () => {} : (text) => void process.stderr.write(`${text}\n`);
}
