/**
 * `npm run package`: the tarball that people install, heddle-VERSION.tgz in this folder or in the one that is named. It is what
 * `npm pack` makes but for package.json, which has no scripts there: npm warns of a "prepare" in a tarball, which it does not run, and
 * nobody could run the others without the sources.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function pack(cwd, ...args) {
  const given = ["pack", "--ignore-scripts", "--json", ...args];
  const options = { cwd, encoding: "utf8", shell: process.platform === "win32", maxBuffer: 1e8 };
  const { status, error, stdout, stderr } = spawnSync(npm, given, options);
  if (status !== 0) throw new Error(`npm ${given.join(" ")}: ${error?.message ?? stderr}`);
  // A list in some versions of npm, an object by package name in others.
  return Object.values(JSON.parse(stdout))[0];
}

/** Packs what is built into `to`; returns the tarball's path, its size, and the paths in it. */
export function packPackage(to = root) {
  const build = join(root, "native", "build");
  mkdirSync(build, { recursive: true });
  const stage = mkdtempSync(join(build, "package-"));
  try {
    const { files } = pack(root, "--dry-run");
    for (const { path } of files) cpSync(join(root, path), join(stage, path), { recursive: true });
    const {
      scripts: _,
      devDependencies: __,
      ...manifest
    } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    writeFileSync(join(stage, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    const { filename, size } = pack(stage, "--pack-destination", resolve(to));
    return { path: join(resolve(to), filename), size, files: files.map(({ path }) => path) };
  } finally {
    rmSync(stage, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await import("./prebuild.mjs");
  const { path, size } = packPackage(process.argv[2]);
  process.stdout.write(`${path}: ${(size / 1e6).toFixed(2)} MB\n`);
}
