/** What `--json` prints: every command's document is what its schema says, and the schema file is what the code says. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { encodePng } from "../../src/formats/png.js";
import { documentsSchema } from "../../src/index.js";
import { nativeStatus } from "../../src/kernels/native.js";
import { documents } from "../../src/run/documents/index.js";
import { heddle } from "../cli/heddle.js";
import { smallSets } from "../repro/data.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));

test("docs/documents.schema.json is up to date (node docs/documents.mjs writes it)", async () => {
  const written: unknown = JSON.parse(readFileSync(join(root, "docs", "documents.schema.json"), "utf8"));
  assert.deepEqual(written, await documentsSchema());
});

describe("every command prints its document", { concurrency: 2 }, () => {
  const cwd = mkdtempSync(join(tmpdir(), "heddle-documents-"));
  after(() => rmSync(cwd, { recursive: true }));
  before(async () => {
    writeFileSync(join(cwd, "x.png"), encodePng({ width: 9, height: 8, channels: 1, pixels: new Uint8Array(72) }));
    const base = { subset: 100, epochs: 1 };
    writeFileSync(
      join(cwd, "search.yaml"),
      `{base: ${JSON.stringify(base)}, space: {lr: {log: [0.001, 0.1]}}, trials: 2}`,
    );
    const variants = [{ name: "plain" }, { name: "bold", lr: 1e20 }];
    writeFileSync(join(cwd, "variants.json"), JSON.stringify({ base, variants }));
    renameSync(await smallSets(), join(cwd, "sets"));
    const { code, stderr } = await heddle(["train", "--subset", "300", "--epochs", "1", "--out", "run"], { cwd });
    assert.equal(code, 0, stderr);
    await heddle(["train", "--subset", "100", "--epochs", "2", "--lr", "1e20", "--out", "nan"], { cwd });
  });

  const commands: Readonly<Record<Exclude<keyof typeof documents, "dataFetch">, readonly string[]>> = {
    train: ["train --subset 300 --epochs 1 --require-accuracy 0", "train --resume run"],
    findRate: ["train --find-lr --subset 300"],
    trainRepeated: ["train --subset 100 --epochs 1 --seeds 2 --out seeds"],
    search: ["search search.yaml --out found", "search variants.json"],
    reproList: ["repro"],
    repro: ["repro dtu --quick --rows precision --no-report --out repro --data-dir sets"],
    reproSpeed: [
      "repro mnist-99 --quick --out speed --data-dir sets",
      "repro cifar10-94 --quick --seeds 1 --out views --data-dir sets",
    ],
    verify: ["verify run"],
    replay: ["replay nan/replay.safetensors"],
    evaluate: ["evaluate run", "evaluate run --split validation --weights last", "evaluate run --tta flip"],
    explain: ["explain run --sample 17"],
    predict: ["predict run --index 0..3"],
    predictFiles: ["predict run x.png"],
    summary: [
      "summary lenet5",
      "summary cs596-4conv-bn --plan",
      "summary digits-mlp --schedule one-cycle --groups --freeze 0",
    ],
    dataList: ["data list"],
    dataInfo: ["data info synthetic-digits"],
    dataVerify: ["data verify synthetic-digits"],
    doctor: ["doctor"],
    doctorRun: ["doctor run"],
    compare: ["compare run run"],
    profile: ["profile --seconds 0.02 --model digits-mlp --threads 2"],
    benchStep: [
      "bench step --seconds 0.02 --model digits-mlp",
      "bench step --seconds 0.02 --model digits-mlp --layers",
    ],
    benchScaling: [
      "bench scaling --seconds 0.02 --model digits-mlp --threads 1,2",
      "bench scaling --seconds 0.02 --model digits-mlp --processes 1",
    ],
    benchPredict: ["bench predict run --seconds 0.002"],
    benchGemm: ["bench gemm --seconds 0.002"],
  };
  for (const [name, lines] of Object.entries(commands)) {
    for (const line of lines) {
      const skip = name === "benchGemm" && !nativeStatus().available && "there is no addon to time";
      test(`heddle ${line} --json`, { skip }, async () => {
        const { code, stdout, stderr } = await heddle([...line.split(" "), "--json"], { cwd });
        assert.equal(code, 0, stderr);
        const document: unknown = JSON.parse(stdout);
        // The schemas are strict: what they do not know is refused.
        assert.deepEqual(documents[name as keyof typeof documents].parse(document), document);
      });
    }
  }
});
