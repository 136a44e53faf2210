/** Our own compiled modules as files that run by themselves: those named, and all that they import. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { internalError } from "../../base/errors.js";

const source = new URL("../../", import.meta.url);

/** Paths below `src` and texts, without what only a debugger reads. */
export function modulesOf(entries: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  const add = (url: URL): void => {
    const path = url.href.slice(source.href.length);
    if (found.has(path)) return;
    const text = readFileSync(fileURLToPath(url), "utf8").replace(/^\/\/# sourceMappingURL=.*\n?/m, "");
    found.set(path, text);
    for (const [, from] of text.matchAll(/^(?:import|export) (?:[^"]* from )?"([^"]+)";$/gm)) {
      if (from.startsWith(".")) add(new URL(from, url));
      else if (!from.startsWith("node:")) throw internalError(`${path} imports ${from}, which no pack has`);
    }
  };
  for (const entry of entries) add(new URL(entry, source));
  return found;
}
