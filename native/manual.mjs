// Writes man/heddle.1, the manual page that package.json names: `npm pack` runs this, over what was built.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Writes the page to `folder` and returns its path. */
export async function writeManual(folder = fileURLToPath(new URL("../man", import.meta.url))) {
  const { manual } = await import("../dist/src/cli/manual.js");
  const path = join(folder, "heddle.1");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await manual());
  return path;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await writeManual()}\n`);
