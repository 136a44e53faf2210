/**
 * Every error a user can meet is made here, in one form: what was expected, where, what came, what to do.
 * Nothing else in the project throws a bare `Error`.
 */

/** Exit codes of the command line; those of signals follow a checkpoint. */
export const exitCodes = {
  ok: 0,
  run: 1,
  usage: 2,
  data: 3,
  target: 4,
  SIGHUP: 129,
  SIGINT: 130,
  SIGQUIT: 131,
  SIGTERM: 143,
} as const;

/** What a script may conclude from each, in the order of help and README. */
export const exitMeanings: readonly (readonly [code: number | string, meaning: string])[] = [
  [exitCodes.ok, "done; a run ended as it was told to"],
  [exitCodes.run, "it could not go on: memory, disk, numbers that are not finite"],
  [exitCodes.usage, "flags or configuration are wrong; nothing was begun"],
  [exitCodes.data, "a file is missing, damaged, or not what it should be"],
  [exitCodes.target, "the accuracy that --require-accuracy asks for was not reached, or there is no test split"],
  [
    [exitCodes.SIGHUP, exitCodes.SIGINT, exitCodes.SIGQUIT, exitCodes.SIGTERM].join(", "),
    "ended by a signal (closed terminal, Ctrl-C, Ctrl-\\, SIGTERM); training left a checkpoint",
  ],
];

/** `run`: the run failed · `usage`: flags or configuration · `data`: a data, model or checkpoint file is invalid or missing · `target`: a required accuracy was missed. */
export type ErrorKind = "run" | "usage" | "data" | "target";

export interface ErrorParts {
  /** The place: a flag, a file with its offset or row, a layer with its index. */
  where: string;
  expected: string;
  got: string;
  /** What to do about it, as a sentence. */
  fix?: string;
  /** Lines below the message, such as a text with a caret under the place. */
  excerpt?: string;
  cause?: unknown;
}

export class HeddleError extends Error {
  readonly kind: ErrorKind;
  readonly exitCode: number;

  constructor(kind: ErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "HeddleError";
    this.kind = kind;
    this.exitCode = exitCodes[kind];
  }
}

/** How messages call settings: as the flags of the command line (so they are written here), or as a program's keys. */
let asKeys = false;
export function nameSettingsAs(names: "flags" | "keys"): void {
  asKeys = names === "keys";
}

/** "--batch-size" as "batchSize"; a command to be typed keeps its flags. */
const inKeys = (text: string): string =>
  text.replace(
    /`[^`]*`|(?:npx |node )?heddle [^.]*|--(no-)?([a-z][a-z-]*)/g,
    (whole, no: string | undefined, flag?: string) => {
      if (flag === undefined) return whole;
      const key = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return no ? `${key}: false` : key;
    },
  );

function make(kind: ErrorKind, { where, expected, got, fix, excerpt, cause }: ErrorParts): HeddleError {
  const text = `${where}: expected ${expected}, got ${got}.${fix ? ` ${fix}` : ""}${excerpt ? `\n${excerpt}` : ""}`;
  const message = asKeys ? inKeys(text) : text;
  return new HeddleError(kind, message, cause === undefined ? undefined : { cause });
}

/** Wrong flags or configuration: exit 2. */
export const usageError = (parts: ErrorParts): HeddleError => make("usage", parts);
/** A data, model or checkpoint file that is invalid or missing: exit 3. */
export const dataError = (parts: ErrorParts): HeddleError => make("data", parts);
/** The run could not go on (machine, memory, disk, numbers): exit 1. */
export const runError = (parts: ErrorParts): HeddleError => make("run", parts);
/** A required accuracy was missed: exit 4. */
export const targetError = (parts: ErrorParts): HeddleError => make("target", parts);
/** A broken promise inside Heddle itself. Users should never see one. */
export const internalError = (message: string): HeddleError => new HeddleError("run", `Internal error: ${message}`);

/** The same error with one more sentence on what to do. */
export const withHint = (error: HeddleError, hint: string): HeddleError =>
  new HeddleError(error.kind, `${error.message} ${hint}`, { cause: error });

/** The candidate nearest to `name` by edit distance, if near enough to be a typing error. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  let best = "";
  let bestDistance = Math.max(2, Math.floor(name.length * 0.4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best ? `Did you mean ${best}?` : "";
}

/** Levenshtein distance by one row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
