/** The listings of docs/using.md run as they stand. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { imagesOf, modelOf, root } from "../export/models.js";

const page = readFileSync(join(root, "docs", "using.md"), "utf8");
const listings = (kind: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text]) => text);
const folder = mkdtempSync(join(tmpdir(), "heddle-using-"));
const net = resolveNet(buildNet("lenet5", {}));

before(() => {
  mkdirSync(join(folder, "run"));
  const path = join(folder, "run", "model.safetensors");
  writeModel(path, modelOf(net).model, net.parameters, weightsOf(net, "f32", 0.05));
  const image = encodePng({ width: 28, height: 28, channels: 1, pixels: imagesOf(net.spec, 1).subarray(0, 784) });
  writeFileSync(join(folder, "digit.png"), image);
});
after(() => rmSync(folder, { recursive: true }));

const heddle = (line: string): [string, string[]] => [
  process.execPath,
  [join(root, "bin", "heddle.js"), ...line.split(" ").slice(1)],
];
const [predicts, serves, asks, exports, packs] = listings("sh");

test("predict, with and without --prepare", () => {
  for (const line of predicts.trim().split("\n")) {
    const { status, stderr, stdout } = spawnSync(...heddle(line), { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /digit\.png +class \d/);
    assert.equal(/ink cut out/.test(stdout), line.includes("--prepare"));
  }
});

test("serve and curl", async (t) => {
  const [program, args] = heddle(serves.trim().replace("8080", "0"));
  const server: ChildProcess = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => server.kill("SIGKILL"));
  const url = await new Promise<string>((resolve) =>
    server.stdout!.setEncoding("utf8").once("data", (text: string) => resolve(text.trim())),
  );
  for (const query of ["", "?prepare=mnist"]) {
    const [, ...words] = asks.trim().replace("http://127.0.0.1:8080/predict", `${url}/predict${query}`).split(" ");
    const { stdout, error } = spawnSync("curl", ["-s", ...words], { cwd: folder, encoding: "utf8" });
    if (error) return t.skip("there is no curl");
    const [{ className, probabilities }] = (
      JSON.parse(stdout) as { predictions: { className: string; probabilities: number[] }[] }
    ).predictions;
    assert.match(className, /^class \d$/);
    assert.equal(probabilities.length, 10);
  }
  assert.equal((await fetch(`${url}/predict?prepare=mnits`, { method: "POST", body: "x" })).status, 400);
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  assert.equal(await ended, 0);
});

test("pack, and predict from the folder it made", () => {
  const [pack, predict] = packs.trim().split("\n");
  assert.equal(spawnSync(...heddle(pack), { cwd: folder }).status, 0);
  const [, ...args] = predict.split(" ");
  assert.match(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }), /^digit\.png\tclass \d\t/);
});

test("Node", () => {
  const [code] = listings("js");
  const file = join(folder, "listing.mjs");
  writeFileSync(file, code.replace('"heddle"', JSON.stringify(join(root, "dist/src/index.js"))));
  assert.match(execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8" }), /^class \d\n$/);
});

test("Python", async (t) => {
  assert.equal(spawnSync(...heddle(exports.trim()), { cwd: folder }).status, 0);
  const python = process.env["HEDDLE_TEST_PYTHON"] ?? "python3";
  for (const [i, needs] of ["onnxruntime", "torch"].entries()) {
    await t.test(needs, (each) => {
      if (spawnSync(python, ["-c", `import ${needs}`]).status !== 0) return each.skip(`${python} has no ${needs}`);
      const { status, stdout, stderr } = spawnSync(python, ["-c", listings("python")[i]], {
        cwd: folder,
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
      assert.match(stdout, /class \d/);
    });
  }
});
