/**
 * The packed tarball where people install it: an empty folder, a machine with Node, npm and a shell and nothing else in the PATH
 * (no compiler, no Python), under each version of Node. It trains to the bytes that every machine comes to.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { packageVersion } from "../../src/index.js";
import { fetchNode, nodePackage, nodeVersions } from "./nodes.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const weights = "blake3:c993853cae34e3936c32d089a9981fe5cb7c62fdda6cd401af0b06bcc30abb27";
const home = mkdtempSync(join(tmpdir(), "heddle-install-"));
let tarball = "";
let npmFolder = "";

before(() => {
  execFileSync(process.execPath, [join(root, "native/package.mjs"), home]);
  tarball = join(home, `heddle-${packageVersion()}.tgz`);
  npmFolder = join(execFileSync("npm", ["root", "--global"], { encoding: "utf8" }).trim(), "npm", "bin");
});
after(() => rmSync(home, { recursive: true }));

/** A machine: its one folder in the PATH, and an empty folder to work in. How npm reaches a registry is this machine's way. */
function machine(node: string, version: string) {
  const [bin, cwd] = [join(home, `bin-${version}`), join(home, `work-${version}`)];
  for (const folder of [bin, cwd]) mkdirSync(folder);
  symlinkSync(node, join(bin, "node"));
  symlinkSync(realpathSync("/bin/sh"), join(bin, "sh"));
  const own = Object.entries(process.env).filter(([name]) => !/^(HEDDLE_|NODE_OPTIONS$)/.test(name));
  const env = { ...Object.fromEntries(own), PATH: bin };
  /** npm or npx of the machine that tests, run by the Node of that one. */
  return (program: "npm" | "npx", ...args: string[]) =>
    spawnSync(node, [join(npmFolder, `${program}-cli.js`), ...args], { cwd, env, encoding: "utf8" });
}

for (const version of nodeVersions) {
  test(`npm install and npx heddle train, Node ${version}`, (t) => {
    const node = fetchNode(home, version);
    if (node === null) return t.skip(`npm gives no ${nodePackage}@${version} here`);
    const run = machine(node, version);
    const started = performance.now();
    const installed = run("npm", "install", "--no-audit", "--no-fund", tarball);
    assert.equal(installed.status, 0, installed.stderr);
    assert.equal(installed.stderr, "");
    t.diagnostic(`installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const lock = readFileSync(join(home, `work-${version}`, "node_modules", ".package-lock.json"), "utf8");
    // What had an install script would do nothing where npm runs none.
    assert.doesNotMatch(lock, /hasInstallScript/);

    const told = run("npx", "heddle", "--version");
    assert.equal(told.stdout.split(" ")[0], packageVersion(), told.stderr);
    assert.match(
      told.stdout,
      new RegExp(`\\(addon ${process.platform}-${process.arch}\\S*, \\w+; Node ${version}\\)\\n$`),
    );

    const trained = run("npx", "heddle", "train", "--json");
    assert.equal(trained.status, 0, trained.stderr);
    const result = JSON.parse(trained.stdout) as { backend: string; weightsHash: string };
    assert.deepEqual([result.backend, result.weightsHash], ["native", weights]);

    // Callers of the other module system too: Node has it from 20.19 on.
    const file = join(home, `work-${version}`, "caller.cjs");
    writeFileSync(
      file,
      'require("heddle").train({ config: { epochs: 1 } }).then(({ status }) => console.log(status));',
    );
    const called = spawnSync(node, [file], { cwd: join(home, `work-${version}`), env: { PATH: "" }, encoding: "utf8" });
    assert.equal(called.stdout, "done\n", called.stderr);
  });
}
