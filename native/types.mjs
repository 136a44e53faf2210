/**
 * Writes dist/types: the declarations that `index.d.ts` reaches, with a page of our own (`types-zod.d.ts`) in zod's place, so that
 * no caller's compiler has to know zod, nor a version of it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, "dist", "src");

/** The text of a declaration file without zod; `zod` is the path of ours from there. */
const withoutZod = (text, zod) =>
  text
    .replace(/import(?: type)? \{ z \} from "zod";/g, `import type { z } from "${zod}";`)
    .replace(/import\("zod"\)/g, `import("${zod}")`)
    .replace(/import\("zod\/v4\/core"\)/g, `import("${zod}").core`)
    .replace(/\n\/\/# sourceMappingURL=.*/g, "");

const relatives = /(?:from|import)\s*\(?\s*"(\.[^"]+)\.js"/g;

/** Writes them to `folder` and returns their paths there. */
export function writeTypes(folder = join(root, "dist", "types")) {
  rmSync(folder, { recursive: true, force: true });
  const files = new Set();
  const waiting = [join(source, "index.d.ts")];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = relative(source, path);
    if (files.has(name)) continue;
    files.add(name);
    const text = readFileSync(path, "utf8");
    for (const [, target] of text.matchAll(relatives)) waiting.push(`${resolve(dirname(path), target)}.d.ts`);
    const to = join(folder, name);
    const up = relative(dirname(to), join(folder, "zod.js")).replaceAll("\\", "/");
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, withoutZod(text, up.startsWith(".") ? up : `./${up}`));
  }
  writeFileSync(join(folder, "zod.d.ts"), readFileSync(join(root, "native", "types-zod.d.ts")));
  return [...files, "zod.d.ts"];
}
