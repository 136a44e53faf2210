/** docs/adding-native.md, all of it at once on a copy of the tree: it builds in both languages, and a training uses every thing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { applyBlock, blocksOf, build, copyOfTree } from "../adding/apply.js";

test("the examples with loops in C++ build together, and all instruction sets train to the same bytes", () => {
  const tree = mkdtempSync(join(tmpdir(), "heddle-adding-native-"));
  const node = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): string => {
    const options = { cwd: tree, encoding: "utf8" as const, env: { ...process.env, ...environment } };
    const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
    assert.equal(status, 0, `${args.join(" ")}: ${stderr}`);
    return stdout;
  };
  try {
    copyOfTree(tree);
    for (const block of blocksOf("adding-native.md")) applyBlock(tree, block);
    build(tree);
    node(["native/build.mjs"]);
    const net = "conv 6x3 >> meanout 2 >> flatten >> fc 64 >> softsign >> residual(fc 64) >> softsign >> fc 10";
    const train = (name: string, isa: string | undefined): unknown => {
      const settings = [
        "--model",
        net,
        "--optimizer",
        "signum beta=0.8",
        "--lr",
        "0.001",
        ...["--loss", "quartic", "--augment", "solarize 0.5, crop 1", "--epochs", "3"],
        "--no-report",
      ];
      const printed = node(
        ["bin/heddle.js", "train", ...settings, "--out", name, "--json", "--quiet"],
        isa ? { HEDDLE_ISA: isa } : {},
      );
      const { weightsHash, test: scores } = JSON.parse(printed) as { weightsHash: string; test: { accuracy: number } };
      assert.ok(scores.accuracy > 0.3, printed);
      return weightsHash;
    };
    const [best, ...others] = (
      JSON.parse(node(["bin/heddle.js", "doctor", "--json"])) as { native: { isas: string[] } }
    ).native.isas;
    assert.ok(others.includes("level3") || !others.includes("avx2"), others.join());
    const hash = train("best", best);
    for (const isa of others.filter((name) => name !== "generic")) assert.equal(train(isa, isa), hash, isa);
    // Kernels against their twins, and the gradients of what is new.
    const tests = ["native/operations", "contract/losses", "contract/layer-gradients", "data/augmentation"];
    node(["--test", ...tests.map((name) => join("dist", "test", `${name}.test.js`))]);
  } finally {
    rmSync(tree, { recursive: true });
  }
});
