/**
 * Compiles TypeScript to dist/: `npm run build`. TypeScript 7, a native program, does it in an eighth of the time; TypeScript 6,
 * which the linter needs anyway, where 7 has no program for the platform or optional packages were left out.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeTypes } from "./types.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const program = join(modules, "@typescript", `typescript-${process.platform}-${process.arch}`);

/** The compiler's script, or null where development packages are left out. */
export function findTypeScript() {
  const names = existsSync(program) ? ["typescript-native", "typescript"] : ["typescript"];
  return names.map((name) => join(modules, name, "bin", "tsc")).find(existsSync) ?? null;
}

/** Builds what is not up to date, and the types of it; returns the exit status, 0 for success. */
export function buildTypeScript(compiler = findTypeScript()) {
  const status = spawnSync(process.execPath, [compiler, "-b"], { cwd: root, stdio: "inherit" }).status ?? 1;
  if (status === 0) writeTypes();
  return status;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = buildTypeScript();
