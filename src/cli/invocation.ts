/** How the reader calls this program: commands that are printed can be pasted. */
import { basename, relative, sep } from "node:path";
import { commands } from "./index.js";

/** "heddle" where that is on the path, "npx heddle" under npx, else "node" and the way to the file. */
export function invocation(
  script = process.argv[1] ?? "heddle",
  env: NodeJS.ProcessEnv = process.env,
  cwd = process.cwd(),
): string {
  // Started by npx, the bare name is not on the path.
  if (env.npm_command === "exec") return "npx heddle";
  if (!basename(script).endsWith(".js")) return "heddle";
  const near = relative(cwd, script);
  return `node ${near.startsWith(`..${sep}..${sep}`) ? script : near}`;
}

const ours = new RegExp(`(?<![\\w/.-])(?<!npx )heddle(?= (?:${commands.map(({ name }) => name).join("|")})\\b)`, "g");

/** Every command of ours in a text, as the reader has to type it. */
export const asTyped = (text: string, typed = invocation()): string => text.replace(ours, typed);
