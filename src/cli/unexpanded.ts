/**
 * Paths as a shell or a service leaves them: `~` is expanded at the beginning of a word alone (not after `--out=`, not in the files
 * of systemd and Docker), and nothing between single quotes. Taken as they are they would name a folder called `~`.
 */
import { existsSync } from "node:fs";

/** `~/…`, `~name/…`, `$NAME/…`, `${NAME}/…`, or the first part of one of these alone. */
const pattern = /^(~|~[\w.-]+(?=\/)|\$\w+|\$\{\w+\})(\/.*)?$/s;

const pathVariables = ["HEDDLE_DATA_DIR", "HEDDLE_CACHE_DIR", "HEDDLE_MPI"];

export interface Unexpanded {
  readonly where: string;
  readonly word: string;
  /** What to write instead. */
  readonly fix: string;
}

/** The first of the words, or of the variables that name paths, that came unexpanded; null where there is none. */
export function findUnexpanded(argv: readonly string[], env: NodeJS.ProcessEnv): Unexpanded | null {
  const words = argv.map((word, i): [where: string, word: string] => {
    const [, flag, value] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? [];
    if (flag !== undefined) return [flag, value];
    return [i > 0 && argv[i - 1].startsWith("-") ? argv[i - 1] : "path", word];
  });
  for (const name of pathVariables) words.push([name, env[name] ?? ""]);
  for (const [where, word] of words) {
    const [, begin, rest = ""] = pattern.exec(word) ?? [];
    if (begin === undefined || existsSync(begin)) continue;
    const shown = begin === "~" ? '"$HOME"' : begin.startsWith("$") ? `"${begin}"` : begin;
    return { where, word, fix: `Write ${shown}${rest} without other quotes, or the whole path.` };
  }
  return null;
}
