/** `heddle pack`, unpacked in an empty folder and judged there: Node alone, no environment, with the addon and without. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { ZipArchive } from "../../src/formats/zip.js";
import { HeddleError, openPredictor, packModel } from "../../src/index.js";
import { nativeStatus } from "../../src/kernels/native.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { npy } from "../data/numpy-maker.js";
import { channelsFirst, imagesOf, modelOf } from "./models.js";

const input = { height: 12, width: 10, channels: 3 as const };
const classNames = ["ant", "00", "</b>", "a\nb", "bee"];
const sentence =
  "conv 20x3 same >> bn >> relu >> pool 2 >> conv 16x3 >> lrelu 0.1 >> avgpool 2 >> flatten >> fc 12 >> gelu >> fc 5";
const net = resolveNet(buildNet(sentence, { input, classes: 5 }));
const home = mkdtempSync(join(tmpdir(), "heddle-pack-"));
const [source, folder, data] = ["model.safetensors", "net", "data"].map((name) => join(home, name));
const pixels = 360;
const images = imagesOf(net.spec, 300);
let labels: number[];

before(async () => {
  writeModel(source, modelOf(net, { classNames }).model, net.parameters, weightsOf(net, "f32", 0.3));
  const predictor = openPredictor(source);
  const probabilities = predictor.predict(images);
  labels = Array.from({ length: 300 }, (_, i) => {
    const row = [...probabilities.subarray(i * 5, i * 5 + 5)];
    return row.indexOf(Math.max(...row));
  });
  predictor.close();
  assert.ok(new Set(labels).size > 1, "the classes differ");
  const archive = join(home, "net.ZIP");
  await packModel({ path: source, out: archive });
  const zip = await ZipArchive.open(archive);
  for (const { name } of zip.members) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), await zip.read(name));
  }
  mkdirSync(data);
  const wrong = labels.map((label, i) => (i % 10 === 0 ? (label + 1) % 5 : label));
  writeFileSync(join(data, "images.npy"), npy({ descr: "|u1", shape: [300, 12, 10, 3], bytes: images }));
  const planes = Uint8Array.from(channelsFirst(images, input).data);
  writeFileSync(join(data, "planes.npy"), npy({ descr: "|u1", shape: [300, 3, 12, 10], bytes: planes }));
  writeFileSync(
    join(data, "labels.npy"),
    npy({ descr: "<i8", shape: [300, 1], bytes: new Uint8Array(BigInt64Array.from(wrong, BigInt).buffer) }),
  );
  for (let i = 0; i < 40; i++) {
    const of = join(data, "folders", `0${labels[i]}-${["ant", "00", "_", "_", "bee"][labels[i]]}`);
    if (of.endsWith("_")) continue;
    mkdirSync(of, { recursive: true });
    const image = images.subarray(i * pixels, (i + 1) * pixels);
    writeFileSync(join(of, `${i}.png`), encodePng({ ...input, pixels: image }));
  }
});
after(() => rmSync(home, { recursive: true }));

/** With nothing in the environment, from another folder than the pack's. */
function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const [script, ...rest] = args;
  return spawnSync(process.execPath, [join(folder, script), ...rest], {
    cwd: data,
    env: {},
    encoding: "utf8",
    timeout: 60_000,
  });
}
const listing = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => `${name} ${statSync(join(folder, name)).mtimeMs}`);

interface Judged {
  readonly accuracy: number;
  readonly errors: number;
  readonly seconds: number;
  readonly backend: string;
  readonly threads: number;
}
function judge(...args: string[]): Judged & { stderr: string } {
  const { status, stdout, stderr } = run("judge.js", "--json", ...args);
  assert.equal(status, 0, stderr);
  return { ...(JSON.parse(stdout) as Judged), stderr };
}

test("judged: exact matches, with one thread or three, channels last or first, nothing written", () => {
  const before = listing();
  for (const [name, threads] of [
    ["images.npy", 1],
    ["planes.npy", 3],
  ] as const) {
    const judged = judge("--threads", String(threads), name, "labels.npy");
    assert.deepEqual([judged.errors, judged.accuracy, judged.threads], [30, 0.9, threads]);
    assert.ok(judged.seconds > 0);
    assert.equal(judged.backend, nativeStatus().available ? `native ${nativeStatus().isas[0]}` : "javascript and wasm");
  }
  const text = run("judge.js", "images.npy", "labels.npy");
  assert.match(text.stdout, /^accuracy +0\.9000 \(270 of 300\)\nprediction time .* one call over all images/);
  assert.match(text.stdout, /outside of it +loading .*, warm-up/);
  assert.deepEqual(listing(), before);
});

test("predict: the class of each image of an array, and of PNG files", () => {
  const { status, stdout, stderr } = run("predict.js", "images.npy");
  assert.equal(status, 0, stderr);
  assert.deepEqual(stdout.trim().split("\n").map(Number), labels);
  const at = labels.findIndex((label) => label === 0 || label === 4);
  const path = join("folders", `0${labels[at]}-${classNames[labels[at]]}`, `${at}.png`);
  const [, name, share] = run("predict.js", path).stdout.split("\t");
  assert.equal(name, classNames[labels[at]]);
  assert.match(share, /^[\d.]+ %/);
  assert.equal(judge("folders").errors, 0);
});

for (const [what, spoil] of [
  ["no addon", (path: string) => rmSync(path)],
  ["an addon that does not load", (path: string) => writeFileSync(path, "\x7fELF")],
] as const) {
  test(`${what}: one sentence, JavaScript, the same classes`, (t) => {
    const path = join(folder, "addon", `${process.platform}-${process.arch}`, "heddle.node");
    if (!nativeStatus().available) return t.skip("there is no addon to take away");
    renameSync(path, `${path}.kept`);
    try {
      if (what !== "no addon") spoil(path);
      const judged = judge("images.npy", "labels.npy");
      assert.deepEqual([judged.errors, judged.backend], [30, "javascript and wasm"]);
      assert.match(
        judged.stderr,
        /^Computed by WebAssembly, slowly: the (?:pack has no addon|addon does not load).*\n$/,
      );
    } finally {
      renameSync(`${path}.kept`, path);
    }
  });
}

test("what is no image array, no label or no pack is one clear error", () => {
  writeFileSync(
    join(data, "bright.npy"),
    npy({
      descr: "<f4",
      shape: [1, 12, 10, 3],
      bytes: new Uint8Array(Float32Array.from({ length: 360 }, () => 300).buffer),
    }),
  );
  writeFileSync(join(data, "flat.npy"), npy({ descr: "|u1", shape: [1, 360], bytes: images.subarray(0, 360) }));
  writeFileSync(join(data, "high.npy"), npy({ descr: "|u1", shape: [300], bytes: new Uint8Array(300).fill(5) }));
  writeFileSync(join(data, "none.npy"), npy({ descr: "|u1", shape: [0, 12, 10, 3], bytes: new Uint8Array(0) }));
  // A judge who left them out would give the accuracy of the rest.
  mkdirSync(join(data, "mixed", "ant"), { recursive: true });
  for (const name of ["1.jpg", ".DS_Store"]) writeFileSync(join(data, "mixed", "ant", name), "x");
  const cases: [args: string[], status: number, words: RegExp][] = [
    [["judge.js"], 2, /expected node judge\.js .*got no file/],
    [["judge.js", "--thread", "1", "images.npy"], 2, /Unknown option '--thread'/],
    [["judge.js", "--threads", "0", "images.npy", "labels.npy"], 2, /--threads: expected a whole number/],
    [["judge.js", "images.npy"], 2, /got 1 paths/],
    [["judge.js", "labels.npy", "images.npy"], 3, /shape \(N, 12, 10, 3\), got int64 of shape \(300, 1\)/],
    [["judge.js", "images.npy", "high.npy"], 3, /label 0: expected 0\.\.4, got 5/],
    [["predict.js", "bright.npy"], 3, /bright\.npy/],
    [["predict.js", "flat.npy"], 3, /got uint8 of shape \(1, 360\)/],
    [["judge.js", "none.npy", "none.npy"], 3, /none\.npy: expected at least one image, got none/],
    [["judge.js", "mixed"], 3, /mixed\/ant\/1\.jpg: expected a PNG file/],
    [["predict.js", "missing.png"], 3, /missing\.png: expected a file/],
    [["predict.js", "--prepare", "mnits", "a.png"], 2, /--prepare: expected mnist/],
  ];
  for (const [args, status, words] of cases) {
    const said = run(...args);
    assert.equal(said.status, status, said.stderr);
    assert.match(said.stderr, words);
    assert.equal(said.stderr.trim().split("\n").length, 1, said.stderr);
  }
  const help = run("judge.js", "--help");
  assert.deepEqual([help.status, help.stderr], [0, ""]);
  assert.match(help.stdout, /^node judge\.js .*IMAGES LABELS/);
  assert.deepEqual(run("predict.js", "none.npy").stdout, "");
  const weights = join(folder, "model.safetensors");
  const bytes = readFileSync(weights);
  try {
    writeFileSync(
      weights,
      bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte)),
    );
    const spoiled = run("predict.js", "images.npy");
    assert.equal(spoiled.status, 3);
    assert.match(spoiled.stderr, /model\.safetensors: expected SHA-256/);
  } finally {
    writeFileSync(weights, bytes);
  }
});

test("commands of the README begin with node or python; texts have LF; code imports nothing but Node's own", () => {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const commands = readme.split("## Files")[0].match(/^ {4}\S.*$/gm) ?? [];
  const shell = commands.filter((line) => !/import|const|\bnet\b/.test(line));
  assert.match(readme, /Batch normalization went into the weights/);
  assert.ok(shell.length >= 6 && shell.every((line) => /^ {4}(?:node|python) /.test(line)), shell.join("\n"));
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.(?:js|py|md|json)$/.test(name)) continue;
    const text = readFileSync(join(folder, name), "utf8");
    assert.ok(!text.includes("\r"), name);
    for (const [, from] of text.matchAll(/^import .*"([^"]+)";$/gm)) assert.match(from, /^(?:node:|\.)/, name);
  }
});

test("the same as a folder; a folder that holds files is refused, and nothing is left behind where it fails", async () => {
  const out = join(home, "again");
  await packModel({ path: source, out });
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (statSync(join(folder, name)).isDirectory()) continue;
    assert.deepEqual(readFileSync(join(out, name)), readFileSync(join(folder, name)), name);
  }
  const [empty, link] = [join(home, "empty"), join(home, "link")];
  mkdirSync(empty);
  symlinkSync(empty, link);
  const { ino } = statSync(empty);
  await packModel({ path: source, out: link });
  assert.equal(statSync(empty).ino, ino, "a mount or the folder where one stands stays itself");
  const all = (where: string): string[] => readdirSync(where, { recursive: true, encoding: "utf8" }).sort();
  assert.deepEqual(all(empty), all(out));
  for (const path of [empty, link]) rmSync(path, { recursive: true });
  await assert.rejects(packModel({ path: source, out }), /expected a new or empty folder.*got one that holds files/);
  const failing = packModel({ path: source, out: join(home, "no", "where") });
  await assert.rejects(failing, (error: unknown) => error instanceof HeddleError && error.exitCode === 1);
  await assert.rejects(packModel({ path: join(home, "missing"), out: join(home, "other") }), HeddleError);
  assert.deepEqual(readdirSync(home).sort(), ["again", "data", "model.safetensors", "net", "net.ZIP"]);
});

test("the twin in Python gives the same classes", (t) => {
  const python = process.env["HEDDLE_TEST_PYTHON"] ?? "python3";
  if (spawnSync(python, ["-c", "import onnxruntime, numpy"]).status !== 0)
    return t.skip(`${python} has no onnxruntime`);
  for (const name of ["images.npy", "planes.npy"]) {
    const predicted = spawnSync(python, [join(folder, "python/predict.py"), name], { cwd: data, encoding: "utf8" });
    assert.equal(predicted.status, 0, predicted.stderr);
    assert.deepEqual(predicted.stdout.trim().split("\n").map(Number), labels);
  }
  // What both read must be read alike.
  writeFileSync(
    join(data, "bits.npy"),
    npy({ descr: "|b1", shape: [300, 12, 10, 3], bytes: images.map((x) => x & 1) }),
  );
  writeFileSync(
    join(data, "halves.npy"),
    npy({
      descr: "<f4",
      shape: [300, 12, 10, 3],
      bytes: new Uint8Array(Float32Array.from(images, (x) => x / 2).buffer),
    }),
  );
  for (const name of ["bits.npy", "halves.npy", "none.npy"]) {
    const twin = spawnSync(python, [join(folder, "python/predict.py"), name], { cwd: data, encoding: "utf8" });
    assert.equal(twin.stdout, run("predict.js", name).stdout, `${name}: ${twin.stderr}`);
  }
  for (const [name, labels] of [
    ["images.npy", "high.npy"],
    ["none.npy", "none.npy"],
    ["data.txt", "labels.npy"],
  ]) {
    const wrong = spawnSync(python, [join(folder, "python/judge.py"), name, labels], { cwd: data, encoding: "utf8" });
    assert.notEqual(wrong.status, 0);
    assert.match(wrong.stderr, /error: \S+: expected/);
    assert.ok(!wrong.stderr.includes("Traceback"), wrong.stderr);
  }
  const args = [join(folder, "python/judge.py"), "--json", "images.npy", "labels.npy"];
  const judged = JSON.parse(spawnSync(python, args, { cwd: data, encoding: "utf8" }).stdout) as Judged;
  assert.deepEqual([judged.errors, judged.accuracy], [30, 0.9]);
});
