/** docs/adding.md, all of it at once on a copy of the tree: it builds, and one training uses every thing. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { start } from "../robustness/program.js";
import { applyBlock, blocksOf, build, copyOfTree, headings } from "./apply.js";

const page = "adding.md";

test("a thing of each kind is one new file and lines in one registry", () => {
  for (const [kind, blocks] of headings(page)) {
    assert.deepEqual(
      blocks.map((block) => block.kind),
      ["file", "lines"],
      kind,
    );
  }
});

describe("the examples, applied together", () => {
  const tree = mkdtempSync(join(tmpdir(), "heddle-adding-"));
  after(() => rmSync(tree, { recursive: true }));
  const heddle = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await start(args, { cwd: tree, program: tree }).ended;
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    return stdout;
  };

  before(() => {
    copyOfTree(tree);
    for (const block of blocksOf(page)) applyBlock(tree, block);
    build(tree);
  });

  test("help and lists name them", async () => {
    const help = await heddle("train", "--help");
    for (const name of ["inverse-sqrt", "truncated", "scans", "stripes", "text-art:"])
      assert.ok(help.includes(name), name);
    assert.match(await heddle("--help"), /classes .*the classes of a data set/);
    assert.equal(await heddle("classes", "stripes"), "across\ndown\n");
    assert.match(await heddle("summary", "two-by-two"), /conv2d/);
  });

  test("a net with the new layer trains", async () => {
    const net = ["--dataset", "stripes", "--model", "conv 8x3 >> relu >> gmp >> fc 2", "--epochs", "2", "--lr", "0.05"];
    const printed = await heddle("train", ...net, "--out", "gmp", "--json", "--quiet", "--no-report");
    assert.match(printed, /"weightsHash":"blake3:[0-9a-f]{64}"/);
  });

  test("a training uses all of them, and what it leaves knows them", async () => {
    const settings = ["--dataset", "stripes", "--model", "two-by-two", "--schedule", "inverse-sqrt after=50"];
    const more = [
      "--epochs",
      "20",
      "--optimizer",
      "adam",
      "--lr",
      "0.01",
      "--initializer",
      "truncated std=0.3",
      "--augment",
      "scans",
      "--select",
      "worst-class",
    ];
    const printed = await heddle("train", ...settings, ...more, "--out", "run", "--json", "--quiet");
    const { test: scores } = JSON.parse(printed) as { test: { accuracy: number; worstClass: number } };
    assert.ok(scores.accuracy > 0.9, printed);
    assert.ok(scores.worstClass <= scores.accuracy && scores.worstClass > 0.8, printed);
    const lines = readFileSync(join(tree, "run", "metrics.jsonl"), "utf8");
    assert.match(lines, /"worstClass":/);
    assert.match(await heddle("evaluate", "run"), /worst class +\d+\.\d\d %/);
    const again = ["train", "--config", "run/run.json", "--out", "again", "--json", "--quiet"];
    const hash = (text: string): unknown => (JSON.parse(text) as { weightsHash: string }).weightsHash;
    assert.equal(hash(await heddle(...again)), hash(printed));
  });

  test("an experiment of it prints its table", async () => {
    const printed = await heddle("repro", "stripes-paper", "--epochs", "2", "--no-report", "--json", "--quiet");
    const { rows } = JSON.parse(printed) as { rows: { name: string; published: number; ours: number }[] };
    assert.deepEqual(
      rows.map(({ name, published }) => [name, published]),
      [
        ["dense", 0.8],
        ["convolution", 0.99],
      ],
    );
    assert.ok(rows.every(({ ours }) => ours > 0.3));
  });

  test("a new form of file is read, and a wrong one refused", async () => {
    const art = (name: string, rows: string[]): string => `${[name, ...rows].join("\n")}\n`;
    const bar = Array.from({ length: 40 }, (_, i) =>
      art(i % 2 ? "a" : "b", i % 2 ? ["##..", "...#"] : ["..##", "#..."]),
    );
    writeFileSync(join(tree, "art.txt"), bar.join("\n"));
    await heddle("train", "--dataset", "text-art:art.txt", "--epochs", "1", "--out", "art", "--quiet", "--no-report");
    writeFileSync(join(tree, "bad.txt"), `${art("a", ["##", ".."])}\n${art("b", ["#"])}`);
    const { code, stderr } = await start(["train", "--dataset", "text-art:bad.txt"], { cwd: tree, program: tree })
      .ended;
    assert.equal(code, 3);
    assert.match(stderr, /bad\.txt, image 2: expected 2 rows of 2, got #/);
  });
});
