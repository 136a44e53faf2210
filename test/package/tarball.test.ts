/** The packed tarball works where it is installed: nothing but its own files, its dependencies, and no compiler. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("npm pack: the installed package trains without a compiler, and ships no tests", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-pack-"));
  t.after(() => rmSync(folder, { recursive: true }));
  // What "prepack" does; the build that "prepare" would repeat is there.
  execFileSync(process.execPath, [join(root, "native/prebuild.mjs")]);
  const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const report = execFileSync("npm", pack, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  // A list in some versions of npm, an object by package name in others.
  const packed = JSON.parse(report) as object;
  const [{ filename, files }] = Object.values(packed) as { filename: string; files: { path: string }[] }[];
  const paths = files.map(({ path }) => path);
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
  execFileSync("tar", ["xzf", join(folder, filename), "-C", join(modules, "heddle"), "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
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
