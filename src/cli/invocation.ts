/** How the reader calls this program: commands that are printed can be pasted. */
import { basename, delimiter, dirname, relative, resolve, sep } from "node:path";
import { commands } from "./index.js";

/**
 * "heddle" where that is on the path, "npx heddle" under npx and npm, else the way to the file as it can be typed: "node
 * bin/heddle.js", "node_modules/.bin/heddle". `train` beside it is the same program.
 */
export function invocation(
  script = process.argv[1] ?? "heddle",
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): string {
  const folder = dirname(script);
  const isFile = script.endsWith(".js");
  const own = `${folder}${sep}${basename(script).replace(/^train(?=\.js$|$)/, "heddle")}`;
  // The path that npm gives a script is not the reader's.
  if (!isFile && env.npm_command !== undefined) return "npx heddle";
  if (env.npm_command === "exec") return "npx heddle";
  const folders = (env.PATH ?? "").split(delimiter).filter((each) => each !== "");
  if (!isFile && folders.some((each) => resolve(cwd, each) === folder)) return "heddle";
  const near = relative(cwd, own);
  const typed = near.startsWith(`..${sep}..${sep}`) ? own : near;
  if (isFile) return `node ${shellWord(typed)}`;
  return shellWord(typed.includes(sep) ? typed : `.${sep}${typed}`);
}

/** The library has the same; this must not wait for it, since `--version` does not. */
const shellWord = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const ours = new RegExp(`(?<![\\w/.-])(?<!npx )heddle(?= (?:${commands.map(({ name }) => name).join("|")})\\b)`, "g");

/** Every command of ours in a text, as the reader has to type it. */
export const asTyped = (text: string, typed = invocation()): string => text.replace(ours, () => typed);
