// `npm ci` runs this (the "prepare" script): it builds TypeScript and the addon, so that bin/heddle.js works at once.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

if (!existsSync(tsc)) {
  process.stderr.write("heddle: development packages are left out (--omit=dev), so nothing is built here.\n");
} else {
  const run = (args) => {
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
    if (status !== 0) process.exit(status ?? 1);
  };
  run([tsc, "-b"]);
  run([join(root, "native", "build.mjs")]);
}
