/** What a sentence may leave out, and what it may say by key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plainName } from "../../src/base/registry.js";
import { expand, parseSentence } from "../../src/zoo/arrow/parser.js";
import { buildNet, lastingModel, presets } from "../../src/zoo/index.js";

test("the slides' own sentence is a net, and what it leaves out is said", () => {
  const notes: string[] = [];
  const shape = { input: { height: 28, width: 28, channels: 1 }, classes: 7 };
  const sentence = "[[Conv>>ReLU]*2>>Pool]*3>>FC";
  const said = "[[conv 32x3 same >> relu]*2 >> pool 2]*3 >> fc 7";
  const net = buildNet(sentence, { ...shape, onNote: (note) => notes.push(note) });
  assert.deepEqual(net, buildNet(said, shape));
  assert.equal(notes[0], `sizes that the sentence leaves out: ${said}`);
  assert.equal(lastingModel(sentence, shape), said);
  // An inner one has 128 units, the last one as many as there are classes.
  assert.equal(lastingModel("fc >> relu >> fc", shape), "fc 128 >> relu >> fc 7");
  assert.equal(lastingModel("fc >> relu >> fc 7", shape), "fc 128 >> relu >> fc 7");
  assert.equal(lastingModel("fc 5 >> fc 7", shape), "fc 5 >> fc 7");
});

test("options of a layer by key: the same as by position, in any case", () => {
  const parse = (sentence: string) => expand(parseSentence(sentence));
  assert.deepEqual(parse("conv 8x3 bias=false stride=2"), parse("conv 8x3 stride 2 nobias"));
  assert.deepEqual(parse("BN Momentum=0.01"), [{ type: "batch-norm", momentum: 0.01, epsilon: 1e-5 }]);
  assert.deepEqual(parse("pool stride=1"), parse("pool 2 stride 1"));
  assert.throws(
    () => parse("conv 8x3 biass=1"),
    /column 10: expected an option of conv, got "biass"\. Did you mean bias\?/,
  );
  assert.throws(() => parse("conv 8x3 bias=7"), /column 6: expected a valid bias/);
  assert.throws(() => parse("relu slope=1"), /expected an option of relu, got "slope"/);
});

test("nets by name: case and hyphens do not matter, and runs keep the name as it is listed", () => {
  const shape = { input: { height: 28, width: 28, channels: 1 }, classes: 10 };
  for (const name of ["LeNet-5", "LENET5", "le_net5"]) assert.equal(lastingModel(name, shape), "lenet5");
  const plain = presets.map(({ name }) => plainName(name));
  assert.equal(new Set(plain).size, plain.length, "no two names differ in that alone");
});
