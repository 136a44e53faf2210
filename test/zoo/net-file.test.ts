/** Nets as JSON files. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { expand, parseSentence } from "../../src/zoo/arrow/parser.js";
import { buildNet, lastingModel, modelLabel } from "../../src/zoo/index.js";

test("a JSON file is a net, and lasts as its sentence", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-net-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const write = (text: string): string => {
    const path = join(folder, "small.json");
    writeFileSync(path, text);
    return path;
  };
  const input = { height: 6, width: 6, channels: 1 };
  const layers = expand(parseSentence("conv 4x3x2 same >> relu >> flatten >> fc 3"));
  const path = write(JSON.stringify({ input, classes: 3, layers }));
  assert.deepEqual(buildNet(path, {}), { input, classes: 3, layers });
  assert.equal(modelLabel(path), "small");
  const lasting = lastingModel(path, { input, classes: 3 });
  assert.deepEqual(buildNet(lasting, { input, classes: 3 }).layers, layers);
  assert.equal(modelLabel(lasting), "net");

  const wide = { height: 6, width: 7, channels: 1 };
  assert.throws(() => lastingModel(path, { input: wide, classes: 3 }), /expected images of 6x6x1, got 6x7x1/);
  assert.throws(() => buildNet(path, { classes: 4 }), /expected 3 classes, got 4/);
  for (const [text, says] of [
    ["{", /a readable JSON file/],
    ["[]", /a net as \{"layers"/],
    ['{"layers": []}', /layers: /],
    ['{"layers": [{"type": "dense"}], "name": "x"}', /Unrecognized key/],
  ] as const) {
    assert.throws(() => buildNet(write(text), {}), says);
  }
  assert.throws(() => buildNet(join(folder, "other.json"), {}), /no such file/);

  const deep = (depth: number, inner: string): string =>
    `{"layers": [${'{"type": "residual", "body": ['.repeat(depth)}${inner}${"]}".repeat(depth)}]}`;
  assert.throws(
    () => buildNet(write(deep(20_000, '{"type": "relu"}')), {}),
    /at most 64 deep in others, got a deeper one/,
  );
  assert.throws(() => buildNet(write(deep(1, '{"type": "dropout", "rate": 1e999}')), {}), /"rate":"Infinity"/);
  const many = Array.from({ length: 10_001 }, () => '{"type": "flatten"}').join();
  assert.throws(() => buildNet(write(`{"layers": [${many}]}`), {}), /at most 10000 layers in all, got more/);
});
