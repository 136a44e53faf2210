/** The packed tarball works where it is installed: nothing but its own files, its dependencies, and no compiler. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Packing {
  readonly packPackage: (to: string) => { path: string; files: string[] };
}

test("npm run package: the installed package trains without a compiler, and ships no tests", async (t) => {
  const { packPackage } = (await import(pathToFileURL(join(root, "native", "package.mjs")).href)) as Packing;
  const folder = mkdtempSync(join(tmpdir(), "heddle-pack-"));
  t.after(() => rmSync(folder, { recursive: true }));
  // As `npm run package`; the build that comes before it is there.
  execFileSync(process.execPath, [join(root, "native/prebuild.mjs")]);
  const { path: tarball, files: paths } = packPackage(folder);
  for (const needed of [
    "bin/heddle.js",
    "bin/train.js",
    "dist/src/cli/main.js",
    "dist/types/index.d.ts",
    "README.md",
    "docs/run-folder.md",
    "man/heddle.1",
  ]) {
    assert.ok(paths.includes(needed), `${needed} is missing`);
  }
  const place = new RegExp(`^prebuilds/${process.platform}-${process.arch}/heddle\\..*node$`);
  assert.ok(paths.some((path) => place.test(path)));
  // Maps lead to sources that are not in the package.
  assert.deepEqual(
    paths.filter((path) => /^(dist\/)?(test|bench)\b|\.(map|tsbuildinfo)$/.test(path)),
    [],
  );

  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "heddle"), { recursive: true });
  execFileSync("tar", ["xzf", tarball, "-C", join(modules, "heddle"), "--strip-components=1"]);
  const { dependencies, scripts } = JSON.parse(readFileSync(join(modules, "heddle", "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    scripts?: object;
  };
  assert.equal(scripts, undefined, "npm warns of scripts that it does not run");
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  const env = { PATH: dirname(process.execPath) === "/usr/bin" ? folder : dirname(process.execPath) };
  const command = [join(modules, "heddle/bin/train.js"), "--epochs", "1", "--backend", "native", "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, env, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const result = JSON.parse(stdout) as { backend: string; run: string };
  assert.equal(result.backend, "native");
});
