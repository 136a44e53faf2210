/** Systems that lack something: few open files, no binary of the hash. One line says it, or it works without. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodePng } from "../../src/formats/png.js";
import { emptyFolder, heddle } from "../cli/heddle.js";

const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));

test("few open files: one line with the cure", () => {
  const command = `ulimit -n 60 && exec "${process.execPath}" "${bin}" train --epochs 1`;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  assert.deepEqual([status, stdout], [1, ""], stderr);
  assert.match(stderr, /^heddle: open files: expected a limit of at least 256, .*ulimit -n 1024.*\n$/);
});

test("without the hash's binary: the same hash, and doctor says so", async (t) => {
  const cwd = emptyFolder(t);
  const preload = join(cwd, "without-blake.cjs");
  const lines = [
    `const module_ = require("node:module");`,
    `const resolve = module_._resolveFilename;`,
    `module_._resolveFilename = (name, ...rest) => {`,
    `  if (name.startsWith("@napi-rs/")) throw new Error("no binary");`,
    `  return resolve(name, ...rest);`,
    `};`,
  ];
  writeFileSync(preload, lines.join("\n"));
  const short = ["train", "--epochs", "1", "--subset", "500", "--json"];
  const env = { NODE_OPTIONS: `--require ${preload}` };
  const [plain, native] = [await heddle(short, { cwd, env }), await heddle(short, { cwd })];
  assert.equal(plain.code, 0, plain.stderr);
  const hash = ({ stdout }: { stdout: string }): string => (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
  assert.equal(hash(plain), hash(native));
  const doctor = execFileSync(process.execPath, [bin, "doctor"], { encoding: "utf8", env: { ...process.env, ...env } });
  assert.match(doctor, /hashes +BLAKE3 in plain TypeScript/);
});

test("a user id without a home: a folder of images trains, and what cannot be kept is said", async (t) => {
  const cwd = emptyFolder(t);
  for (const [c, name] of ["ant", "bee"].entries()) {
    mkdirSync(join(cwd, "set", name), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const pixels = new Uint8Array(64).map((_, at) => ((at * (i + 1)) % 200) + 50 * c);
      writeFileSync(join(cwd, "set", name, `${i}.png`), encodePng({ width: 8, height: 8, channels: 1, pixels }));
    }
  }
  const preload = join(cwd, "homeless.cjs");
  const lines = [
    `require("node:os").homedir = () => { throw new Error("uv_os_homedir returned ENOENT"); };`,
    `require("node:module").syncBuiltinESMExports();`,
  ];
  writeFileSync(preload, lines.join("\n"));
  const env = { NODE_OPTIONS: `--require ${preload}`, HEDDLE_CACHE_DIR: "", XDG_CACHE_HOME: "" };
  const train = ["train", "--dataset", "folder:set", "--epochs", "1", "--out", "none", "--json"];
  const { code, stdout, stderr } = await heddle(train, { cwd, env });
  assert.equal(code, 0, stderr);
  assert.match(stdout, /"weightsHash":"blake3:/);
  assert.match(stderr, /cannot be kept in \/dev\/null\/.*\n.*HEDDLE_CACHE_DIR/);
});
