/** Pipes in the place of files: read where one pass is enough, refused by name else; and a signal ends the waiting. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { heddle } from "../cli/heddle.js";
import { start } from "./program.js";

describe("pipes in the place of files", { skip: process.platform !== "linux" }, () => {
  const cwd = mkdtempSync(join(tmpdir(), "heddle-fifo-"));
  after(() => rmSync(cwd, { recursive: true }));
  const pipe = (name: string): void => void execFileSync("mkfifo", [join(cwd, name)]);

  before(async () => {
    mkdirSync(join(cwd, "folder", "a"), { recursive: true });
    const names = [
      "p",
      "x.csv",
      "x.npz",
      "x.npy",
      "x.json",
      "x.png",
      "x.yaml",
      "x-idx3-ubyte",
      join("folder", "a", "1.png"),
    ];
    for (const name of names) pipe(name);
    const { code, stderr } = await heddle(["train", "--subset", "300", "--epochs", "1", "--out", "run"], { cwd });
    assert.equal(code, 0, stderr);
  });

  const refused: readonly (readonly [args: string, code: number, says: RegExp])[] = [
    ["train --init p", 3, /^heddle: p: expected a model file \(safetensors\), got a pipe\. It is read more than once/],
    ["train --dataset npz:x.npz", 3, /^heddle: x\.npz: expected .*, got a pipe/],
    ["train --dataset npz:x.npy", 3, /^heddle: x\.npy: expected .*, got a pipe/],
    ["train --dataset idx:.", 3, /^heddle: \S+: expected .*, got a pipe/],
    ["train --dataset folder:folder", 3, /^heddle: folder.*pipe/],
    ["train --class-weights p", 3, /^heddle: p: .*, got a pipe/],
    ["train --model x.json", 2, /^heddle: --model x\.json: expected a readable JSON file, got a pipe/],
    ["summary x.json", 2, /^heddle: --model x\.json: expected a readable JSON file, got a pipe/],
    ["evaluate p", 3, /^heddle: p: expected a model file, or a run folder .*, got a pipe or a device/],
    ["predict p", 3, /^heddle: p: expected a model file, or a run folder .*, got a pipe or a device/],
    ["train --resume p", 3, /^heddle: p: expected the folder of a run, got a pipe/],
    [
      "train --seeds 2 --dataset csv:x.csv",
      2,
      /^heddle: --dataset csv:x\.csv: expected a file, which each run reads, got a pipe/,
    ],
    [
      "train --seeds 2 --dataset csv:-",
      2,
      /^heddle: --dataset csv:-: expected a file, which each run reads, got a pipe/,
    ],
    ["train --out p", 2, /^heddle: --out p: expected an absent or empty folder, got something else/],
  ];
  for (const [args, code, says] of refused) {
    test(`heddle ${args} is refused at once`, async () => {
      const outcome = await heddle([...args.split(" "), "--quiet"], { cwd });
      assert.match(outcome.stderr, says);
      assert.deepEqual([outcome.code, outcome.stdout], [code, ""]);
    });
  }

  /** Writes into the pipe as soon as somebody reads it. */
  const feed = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(cwd, `${name}.bytes`), bytes);
    return spawn("sh", ["-c", 'cat "$0" > "$1"', `${name}.bytes`, name], { cwd });
  };

  test("an image, a table and a configuration are read from pipes", async () => {
    const picture = encodePng({ width: 8, height: 8, channels: 1, pixels: new Uint8Array(64).fill(9) });
    feed("x.png", picture);
    const predicted = await heddle(["predict", "run", "x.png", "--json"], { cwd });
    assert.equal(predicted.code, 0, predicted.stderr);
    const row = (label: number) => `${Array.from({ length: 64 }, (_, i) => (i * (label + 3)) % 16).join()},${label}\n`;
    feed("x.csv", Buffer.from(Array.from({ length: 60 }, (_, i) => row(i % 3)).join("")));
    const trained = await heddle(["train", "--dataset", "csv:x.csv", "--epochs", "1", "--out", "csv", "--json"], {
      cwd,
    });
    assert.equal(trained.code, 0, trained.stderr);
    feed("x.yaml", Buffer.from("lr: 0.5\n"));
    const config = await heddle(["train", "--config", "x.yaml", "--print-config"], { cwd });
    assert.match(config.stdout, /^lr: 0\.5 +# file$/m);
  });

  test("an image, a table and a configuration are read from stdin, by one of them; nothing there is told", async () => {
    writeFileSync(join(cwd, "-"), "a file of that name is ./-");
    const picture = encodePng({ width: 8, height: 8, channels: 1, pixels: new Uint8Array(64).fill(9) });
    const newest = await heddle(["predict", "-"], { cwd, input: picture });
    assert.match(newest.stderr, /^heddle: runs: expected a run with a model/);
    const named = await heddle(["predict", "run", "-", "--json"], { cwd, input: picture });
    assert.equal(named.code, 0, named.stderr);
    const row = (label: number) => `${Array.from({ length: 64 }, (_, i) => (i * (label + 3)) % 16).join()},${label}\n`;
    const input = Array.from({ length: 60 }, (_, i) => row(i % 3)).join("");
    const csv = ["train", "--dataset", "csv:-", "--epochs", "1"];
    const trained = await heddle([...csv, "--out", "piped"], { cwd, input });
    assert.match(trained.stdout, /^validation .* 6$/m, trained.stderr);
    assert.doesNotMatch(trained.stdout, /^next/m);
    const evaluated = await heddle(["evaluate", "piped", "--json"], { cwd, input });
    assert.equal((JSON.parse(evaluated.stdout) as { samples: number }).samples, 6, evaluated.stderr);
    const config = await heddle(["train", "--config", "-", "--print-config"], { cwd, input: "lr: 0.5\n" });
    assert.match(config.stdout, /^lr: 0\.5 +# file$/m);
    const both = await heddle([...csv, "--config", "-", "--out", "none"], { cwd, input: "lr: 0.5\n" });
    assert.deepEqual([both.code, both.stdout], [3, ""]);
    assert.match(both.stderr, /^heddle: -: expected .*, got standard input, which was read already/m);
    const nothing = await heddle(["predict", "run", "-"], { cwd });
    assert.match(nothing.stderr, /^heddle: -: expected .*, got an empty file/);
  });

  for (const args of [
    ["train", "--dataset", "csv:x.csv"],
    ["train", "--config", "x.yaml"],
    ["predict", "run", "x.png"],
    ["search", "x.yaml"],
  ]) {
    test(`heddle ${args.join(" ")}: a signal ends the waiting for a pipe that nobody writes`, async () => {
      // An unknown variable is named before anything is read by train; predict says nothing.
      const running = start(args, { cwd, env: { HEDDLE_TREADS: "1" } });
      // One that comes before it listens ends it as well; a second would end what does not heed the first.
      const timer = setTimeout(() => running.child.kill("SIGTERM"), 1500);
      const { code, signal } = await running.ended;
      clearTimeout(timer);
      assert.ok(code === 143 || signal === "SIGTERM", `${code} ${signal}`);
    });
  }
});
