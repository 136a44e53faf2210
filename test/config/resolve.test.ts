import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import { field, fields, valueOfText } from "../../src/config/fields.js";
import { readConfigFile } from "../../src/config/file.js";
import { resolveConfig, strayVariables } from "../../src/config/resolve.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-config-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The message of the usage error that reading the file throws. */
async function refusal(name: string, text: string): Promise<string> {
  const error: unknown = await readConfigFile(file(name, text)).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof HeddleError, `${name} was accepted`);
  assert.equal(error.exitCode, 2);
  return error.message.replace(`${folder}/`, "");
}

test("defaults alone", async () => {
  const { config, sources } = await resolveConfig({ env: {} });
  assert.equal(config.dataset, "synthetic-digits");
  assert.equal(config.batchSize, 64);
  assert.equal(config.model, undefined);
  assert.equal(sources.batchSize, "default");
  assert.equal(sources.model, undefined);
});

test("flag over environment over file over default, each with its source", async () => {
  const path = file("all.yaml", "threads: 8\nbackend: native\nlr: 0.5\nepochs: 3\ndataDir: from-file\n");
  const env = { HEDDLE_THREADS: "4", HEDDLE_BACKEND: "reference", HEDDLE_DATA_DIR: "" };
  const { config, sources } = await resolveConfig({ flags: { threads: "2" }, env, file: path });
  assert.deepEqual([config.threads, sources.threads], [2, "flag"]);
  assert.deepEqual([config.backend, sources.backend], ["reference", "environment"]);
  assert.deepEqual([config.lr, sources.lr], [0.5, "file"]);
  assert.deepEqual([config.dataDir, sources.dataDir], ["from-file", "file"], "an empty variable is no variable");
  assert.deepEqual([config.seed, sources.seed], [0, "default"]);
});

test("text becomes a number only where the field can be one", () => {
  assert.equal(valueOfText("threads", "auto"), "auto");
  assert.equal(valueOfText("batchSize", "full"), "full");
  assert.equal(valueOfText("lr", "1e-3"), 0.001);
  assert.equal(valueOfText("dataset", "123"), "123");
  assert.equal(valueOfText("threads", ""), "");
  assert.equal(valueOfText("threads", "0x10"), "0x10");
});

test("every field has a flag, a description and an expectation", () => {
  for (const { key, flag, description, expected } of fields) {
    assert.match(flag, /^--[a-z][a-z0-9-]*$/);
    assert.ok(description.length > 0 && expected.length > 0, key);
  }
  assert.equal(field("shuffle").flag, "--no-shuffle");
  assert.equal(field("batchSize").placeholder, "N|full");
  assert.equal(
    field("validation").expected,
    "a number of at least 0 and below 1, or a whole number of at least 1, or own",
  );
});

test("JSON files are read too, tabs included, and an empty file says nothing", async () => {
  assert.deepEqual(await readConfigFile(file("a.json", '{\n\t"lr": 1e-2,\n\t"batchSize": "full"\n}\n')), {
    lr: 0.01,
    batchSize: "full",
  });
  assert.deepEqual(await readConfigFile(file("empty.yaml", "# nothing yet\n")), {});
});

test("files that are wrong name file, line and column", async () => {
  const cases: [name: string, text: string, message: RegExp][] = [
    ["key.yaml", "lr: 1\nbatch-size: 3\n", /^key\.yaml:2:1: .* got batch-size\. Did you mean batchSize\?/],
    ["far.yaml", "zzzzzzzz: 1\n", /^far\.yaml:1:1: .*Known: dataset, /],
    ["value.yaml", "dataset: mnist\nlr: -1\n", /^value\.yaml:2:1 \(lr\): expected a number above 0, got -1/],
    ["text.yaml", 'epochs: "3"\n', /^text\.yaml:1:1 \(epochs\): expected a whole number of at least 1 .*, got "3"/],
    ["none.yaml", "model:\n", /^none\.yaml:1:1 \(model\): .* got null/],
    ["nested.yaml", "lr: {a: 1}\n", /^nested\.yaml:1:1 \(lr\): .* got \{"a":1\}/],
    [
      "twice.yaml",
      "lr: 1\nlr: 2\n",
      /^twice\.yaml:2:1: expected valid YAML or JSON, got an error \(Map keys must be unique\)/,
    ],
    ["syntax.json", '{"lr": 1,,}', /^syntax\.json:1:10: expected valid YAML or JSON/],
    ["list.yaml", "- lr\n", /^list\.yaml:1:1: expected keys with values/],
  ];
  for (const [name, text, message] of cases) assert.match(await refusal(name, text), message);
});

test("variables that look like ours but set nothing are named", () => {
  assert.deepEqual(strayVariables({ HEDDLE_THREADS: "1", HEDDLE_ISA: "avx2", PATH: "" }), []);
  assert.deepEqual(strayVariables({ HEDDLE_THREAD: "1" }), [
    "HEDDLE_THREAD sets nothing. Did you mean HEDDLE_THREADS?",
  ]);
});
