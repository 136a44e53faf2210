/** The mistakes that `heddle repro kth --as-published` makes again: seen by the doctor, marked, and made by nothing else. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { evaluate, examineRun, repro, sideBySide, train, verifyRun } from "../../src/index.js";
import { openNamedModel } from "../../src/inference/open-model.js";
import { readModel } from "../../src/model/model-file.js";
import { AsPublished } from "../../src/run/as-published.js";
import type { ReproDocument } from "../../src/run/documents/repro.js";
import { saying } from "../data/fixtures.js";
import { remove, smallSets } from "./data.js";

const out = mkdtempSync(join(tmpdir(), "heddle-as-published-"));
let dataDir = "";
let result: ReproDocument;
const runs = { made: "", fixed: "" };

const hashOf = (run: string): unknown =>
  (JSON.parse(readFileSync(join(run, "result.json"), "utf8")) as { weightsHash: string }).weightsHash;

before(async () => {
  dataDir = await smallSets();
  const options = { dataDir, out: join(out, "kth"), quick: true, rows: ["3.2"], report: false, threads: 2 } as const;
  const outcome = await repro("kth", options);
  assert.ok(outcome.status === "done" && outcome.kind === "table");
  result = outcome.result;
  for (const { mode, runs: folders } of result.rows) runs[mode === "fixed" ? "fixed" : "made"] = folders[0];
});
after(() => {
  remove(out);
  remove(dataDir);
});

describe("a row in two forms", () => {
  test("stands with both in the table, which says what is what", () => {
    assert.deepEqual(
      result.rows.map(({ name, mode, published }) => [name, mode, published]),
      [
        ["3.2", "as-published", 0.3359],
        ["3.2", "fixed", 0.3359],
      ],
    );
    const both = sideBySide(result)!;
    assert.deepEqual(both.head.slice(2, 4), ["ours, AS PUBLISHED", "ours, fixed"]);
    const page = readFileSync(join(out, "kth", "table.md"), "utf8");
    assert.equal((page.match(/AS PUBLISHED, mistakes and all/g) ?? []).length, 1);
  });

  test("broken off it goes on where it was, mistakes and all, to the same bytes", async () => {
    const stop = new AbortController();
    const options = {
      dataDir,
      out: join(out, "broken-off"),
      quick: true,
      rows: ["3.2"],
      report: false,
      threads: 2,
    } as const;
    const stopped = await repro("kth", {
      ...options,
      mode: "as-published",
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === "epoch") stop.abort();
      },
    });
    assert.equal(stopped.status, "stopped");
    let from: { epoch: number; step: number } | undefined;
    const done = await repro("kth", {
      ...options,
      mode: "as-published",
      onEvent: (event) => {
        if (event.kind === "start") from = event.resumedFrom;
      },
    });
    assert.ok(done.status === "done" && done.kind === "table");
    assert.deepEqual(from, { epoch: 2, step: 0 });
    const [{ runs: folders }] = done.result.rows;
    assert.equal(hashOf(folders[0]), hashOf(runs.made));
  });

  test("the doctor names both mistakes from the run alone, and none in the fixed one", async () => {
    const found = (await examineRun(runs.made, { dataDir })).map(({ id }) => id);
    assert.ok(found.includes("doubled-softmax") && found.includes("preprocessing-shift"), found.join());
    assert.deepEqual(
      result.rows.map(({ findings }) => findings.filter((id) => id !== "no-shuffling")),
      [["doubled-softmax", "preprocessing-shift"], []],
    );
  });

  test("no training loss is below the floor of two softmaxes", async () => {
    const { score } = await evaluate({ path: runs.made, split: "train", dataDir });
    assert.ok((score.values["loss"] as number) >= Math.log(1 + 9 / Math.E));
  });

  test("the model file is marked, and whoever opens it hears of it", () => {
    const { model } = readModel(join(runs.made, "model.safetensors"));
    assert.equal(model.architecture.doubledSoftmax, true);
    assert.ok(model.preprocessing.kind === "affine");
    assert.deepEqual(model.preprocessing.testAsPublished?.shift, [0, 0, 0]);
    assert.deepEqual(model.preprocessing.shift, [-0.5, -0.5, -0.5]);
    assert.deepEqual(model.provenance["asPublished"], { doubledSoftmax: true, testStandardize: "unit" });
    assert.ok(openNamedModel(runs.made).notes.some((note) => note.startsWith("AS PUBLISHED")));
    const fixed = readModel(join(runs.fixed, "model.safetensors")).model;
    assert.equal("doubledSoftmax" in fixed.architecture || "testAsPublished" in fixed.preprocessing, false);
    assert.equal("asPublished" in fixed.provenance, false);
  });

  test("it is verified as it was trained", async () => {
    const { same, compared } = await verifyRun(runs.made, { dataDir, threads: 1 });
    assert.ok(same, JSON.stringify(compared));
  });
});

test("test images are scored in their units, the others in those of training", async () => {
  // Without the softmax the same weights tell units apart: of a linear net, other units are other logits.
  const config = {
    dataset: "synthetic-digits",
    model: "mlp:8",
    epochs: 1,
    subset: 300,
    standardize: "centered",
  } as const;
  const folder = join(out, "units");
  const asPublished = new AsPublished({ doubledSoftmax: false, testStandardize: "unit" });
  await train({ config: { ...config, out: folder }, asPublished });
  await train({ config: { ...config, out: join(out, "plain") } });
  const loss = async (path: string, split: "validation" | "test"): Promise<unknown> =>
    (await evaluate({ path, split })).score.values["loss"];
  assert.equal(await loss(folder, "validation"), await loss(join(out, "plain"), "validation"));
  assert.notEqual(await loss(folder, "test"), await loss(join(out, "plain"), "test"));
});

describe("nothing else makes them", () => {
  const file = join(out, "net.json");
  const config = { dataset: "synthetic-digits", epochs: 1, subset: 200, out: null } as const;
  const refused = async (model: string, ...parts: string[]): Promise<void> =>
    assert.rejects(train({ config: { ...config, model } }), saying(2, ...parts));

  test("no sentence", () => refused("fc 10 >> softmax", "softmax"));

  test("no net file", async () => {
    writeFileSync(
      file,
      JSON.stringify({ layers: [{ type: "flatten" }, { type: "dense", units: 10 }, { type: "softmax" }] }),
    );
    await refused(file, '"softmax"');
    writeFileSync(
      file,
      JSON.stringify({ layers: [{ type: "flatten" }, { type: "dense", units: 10 }], doubledSoftmax: true }),
    );
    await refused(file, "doubledSoftmax");
  });

  test("no option that a program can write", async () => {
    const asPublished = { mistakes: { doubledSoftmax: true, testStandardize: "unit" } };
    await assert.rejects(train({ config, asPublished } as never), saying(2, "asPublished"));
  });

  test("no setting", async () => {
    for (const key of ["asPublished", "doubledSoftmax", "testStandardize"]) {
      await assert.rejects(train({ config: { ...config, [key]: true } }), saying(2, key));
    }
  });

  test("no weights that are taken from such a model", async () => {
    const init = join(runs.made, "model.safetensors");
    const net = { dataDir, dataset: "cifar-10", model: "kth-3.2", epochs: 1, subset: 200, init } as const;
    await train({ config: { ...net, out: join(out, "from") } });
    const { model } = readModel(join(out, "from", "model.safetensors"));
    assert.equal("doubledSoftmax" in model.architecture || "testAsPublished" in model.preprocessing, false);
  });
});
