/** Sentences of the arrow language: what they parse to, that they print back, and where their errors point. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HeddleError } from "../../src/base/errors.js";
import { resolveNet } from "../../src/nn/net.js";
import type { LayerSpec } from "../../src/nn/spec.js";
import { expand, type Part, parseSentence } from "../../src/zoo/arrow/parser.js";
import { printSentence, sentenceOf } from "../../src/zoo/arrow/printer.js";
import { buildNet, presets } from "../../src/zoo/index.js";

const layersOf = (sentence: string): LayerSpec[] => expand(parseSentence(sentence));

test("every word with every argument", () => {
  const words: [string, LayerSpec][] = [
    ["conv 32x3", { type: "conv2d", filters: 32, kernel: 3 }],
    ["conv 32x3x5 same stride 2", { type: "conv2d", filters: 32, kernel: [3, 5], padding: "same", stride: 2 }],
    [
      "conv 8x1 pad 0x2 stride 2x1 nobias",
      { type: "conv2d", filters: 8, kernel: 1, padding: [0, 2], stride: [2, 1], bias: false },
    ],
    ["fc 128", { type: "dense", units: 128 }],
    ["relu", { type: "relu" }],
    ["lrelu 0.01", { type: "leaky-relu", slope: 0.01 }],
    ["tanh", { type: "tanh" }],
    ["sigmoid", { type: "sigmoid" }],
    ["elu", { type: "elu", alpha: 1 }],
    ["elu 0.5", { type: "elu", alpha: 0.5 }],
    ["gelu", { type: "gelu" }],
    ["silu", { type: "silu" }],
    ["maxout 2", { type: "maxout", pieces: 2 }],
    ["pool 2", { type: "max-pool", size: 2 }],
    ["pool 3x2 pad 1 stride 2", { type: "max-pool", size: [3, 2], padding: 1, stride: 2 }],
    ["avgpool 2 stride 1", { type: "average-pool", size: 2, stride: 1 }],
    ["gap", { type: "global-average-pool" }],
    ["bn", { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 }],
    ["bn noscale", { type: "batch-norm", momentum: 0.1, epsilon: 1e-5, scale: false }],
    ["bn 0.2 0.01 noscale noshift", { type: "batch-norm", momentum: 0.2, epsilon: 0.01, scale: false, shift: false }],
    ["bn 0.01 0.001", { type: "batch-norm", momentum: 0.01, epsilon: 0.001 }],
    ["drop 0.3", { type: "dropout", rate: 0.3 }],
    ["noise 0.1", { type: "gaussian-noise", deviation: 0.1 }],
    ["flatten", { type: "flatten" }],
    ["residual(relu)", { type: "residual", body: [{ type: "relu" }] }],
    [
      "residual(conv 4x3 pad 1 >> relu, conv 4x1)",
      {
        type: "residual",
        body: [{ type: "conv2d", filters: 4, kernel: 3, padding: 1 }, { type: "relu" }],
        projection: [{ type: "conv2d", filters: 4, kernel: 1 }],
      },
    ],
  ];
  for (const [sentence, spec] of words) {
    assert.deepEqual(layersOf(sentence), [spec], sentence);
    assert.equal(printSentence(parseSentence(sentence)), sentence);
  }
});

test("words in any case, blanks anywhere, lists that repeat", () => {
  const sentence = "[ [Conv 32X3 SAME>>ReLU] *2>>Pool 2 ]*3\n>> FC 128 >> relu >> fc 10";
  const canonical = "[[conv 32x3 same >> relu]*2 >> pool 2]*3 >> fc 128 >> relu >> fc 10";
  assert.equal(printSentence(parseSentence(sentence)), canonical);
  const types = layersOf(sentence).map(({ type }) => type);
  assert.equal(types.length, 18);
  assert.deepEqual(types.slice(0, 6), ["conv2d", "relu", "conv2d", "relu", "max-pool", "conv2d"]);
  assert.deepEqual(layersOf("relu*3"), layersOf("relu >> relu >> relu"));
  // What is the usual is not printed.
  assert.equal(
    printSentence(parseSentence("conv 4x3x3 valid stride 2x2 >> bn 0.1 0.00001")),
    "conv 4x3 stride 2 >> bn",
  );
});

const whole = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const size = fc.oneof(
  whole(9),
  fc.tuple(whole(9), whole(9)).filter(([a, b]) => a !== b),
);
const share = fc.double({ min: 1e-9, max: 0.999, noNaN: true });
const sliding = { stride: size, padding: fc.oneof(fc.constant("same"), whole(4)) };

const leaf: fc.Arbitrary<LayerSpec> = fc.oneof(
  fc.record(
    { type: fc.constant("conv2d"), filters: whole(512), kernel: size, ...sliding, bias: fc.constant(false) },
    { requiredKeys: ["type", "filters", "kernel"] },
  ),
  fc.record({ type: fc.constant("max-pool"), size, ...sliding }, { requiredKeys: ["type", "size"] }),
  fc.record({ type: fc.constant("average-pool"), size, stride: size }, { requiredKeys: ["type", "size"] }),
  fc.record({ type: fc.constant("dense"), units: whole(1e6) }),
  fc.record({ type: fc.constant("leaky-relu"), slope: share }),
  fc.record({ type: fc.constant("dropout"), rate: share }),
  fc.record({ type: fc.constant("gaussian-noise"), deviation: share }),
  fc.record({ type: fc.constant("maxout"), pieces: fc.integer({ min: 2, max: 9 }) }),
  fc.record({ type: fc.constant("batch-norm"), momentum: share, epsilon: share }),
  fc.constantFrom(
    ...["relu", "tanh", "sigmoid", "flatten", "global-average-pool"].map((type): LayerSpec => ({ type })),
    { type: "batch-norm", momentum: 0.1, epsilon: 1e-5 },
  ),
);

const { parts } = fc.letrec<{ spec: LayerSpec; part: Part; parts: Part[] }>((tie) => ({
  spec: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { arbitrary: leaf, weight: 4 },
    {
      arbitrary: fc.record(
        {
          type: fc.constant("residual"),
          body: fc.array(tie("spec"), { minLength: 1, maxLength: 3 }),
          projection: fc.array(tie("spec"), { minLength: 1, maxLength: 2 }),
        },
        { requiredKeys: ["type", "body"] },
      ),
      weight: 1,
    },
  ),
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { arbitrary: tie("spec").map((spec): Part => ({ kind: "layer", spec })), weight: 4 },
    {
      arbitrary: fc
        .tuple(fc.integer({ min: 2, max: 4 }), tie("parts"))
        .map(([times, list]): Part => ({ kind: "repeat", times, parts: list })),
      weight: 1,
    },
  ),
  parts: fc.array(tie("part"), { minLength: 1, maxLength: 4 }),
}));

test("what is printed parses to the same", () => {
  fc.assert(
    fc.property(parts, (drawn) => {
      const net = JSON.parse(JSON.stringify(drawn)) as Part[];
      const sentence = printSentence(net);
      assert.deepEqual(parseSentence(sentence), net);
      assert.deepEqual(layersOf(sentenceOf(expand(net))), expand(net));
      assert.deepEqual(parseSentence(sentence.toUpperCase()), net);
    }),
    { numRuns: 300 },
  );
});

test("presets print and parse back", () => {
  for (const { name } of presets) {
    const { layers } = buildNet(name, {});
    assert.deepEqual(layersOf(sentenceOf(layers)), layers, name);
  }
});

test("layers that repeat are printed as lists", () => {
  for (const sentence of [
    "[[conv 32x3 same >> relu]*2 >> pool 2]*3 >> fc 128 >> relu >> fc 10",
    "fc 9 >> [relu]*3 >> fc 9 >> relu",
    "residual([conv 8x3 same >> relu]*2) >> relu >> gap",
  ]) {
    assert.equal(sentenceOf(layersOf(sentence)), sentence);
  }
  const { layers } = buildNet("vgg16-cifar", {});
  assert.ok(sentenceOf(layers).includes("[[conv 512x3 pad 1 >> relu]*3 >> pool 2]*2"), sentenceOf(layers));
});

test("whatever is written, the answer is a net or an error with a column", () => {
  const scraps = fc.array(
    fc.constantFrom(
      "[",
      "]",
      "*",
      "(",
      ")",
      ",",
      ">>",
      ">",
      "2",
      "32x3",
      "0.3",
      "conv",
      "fc",
      "relu",
      "residual",
      "pad",
      "é",
    ),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        scraps.map((words) => words.join(" ")),
      ),
      (sentence) => {
        try {
          parseSentence(sentence);
        } catch (error) {
          assert.ok(
            error instanceof HeddleError && error.exitCode === 2 && /^--model, column \d+: /.test(error.message),
          );
        }
      },
    ),
    { numRuns: 1000 },
  );
});

/** The sentence, where the caret must stand, and words of the message. */
const mistakes: [string, number, ...string[]][] = [
  ["conv 32x >> relu", 6, "filters x kernel size", `got "32x"`, "conv FILTERSxKERNEL"],
  ["conv 32x3 >> avgpool >> fc 10", 22, "a window size"],
  ["conv 32x3 >> relu >> fc ten", 25, `got "ten"`, "fc UNITS"],
  ["conv 32x3 >> rellu >> fc 10", 14, "a layer (", `"rellu"`, "Did you mean relu?"],
  ["conv 32x3 smae >> fc 10", 11, `">>" or the end`, `"smae"`],
  ["conv 32x3 > relu", 11, `">>" between layers`],
  ["conv 32 >> fc 10", 6, "filters x kernel size", `"32"`],
  ["conv 32x0 >> fc 10", 6, "kernel", "got 32x0"],
  ["conv 32x3 stride 0 >> fc 10", 6, "stride"],
  ["pool 0 >> fc 10", 6, "size"],
  ["drop 1.5 >> fc 10", 6, "rate", "got 1.5"],
  ["lrelu >> fc 10", 7, "a slope"],
  ["fc 0", 4, "at least 1"],
  ["maxout 1", 8, "at least 2"],
  ["[conv 32x3 >> fc 10", 20, `">>" or "]"`, "got the end"],
  ["conv 32x3] >> fc 10", 10, `">>" or the end`, `"]"`],
  ["[relu]*0 >> fc 10", 8, "at least 1"],
  ["[[relu]*1000]*1000", 14, "at most 10000 layers"],
  ["[residual([relu]*200)]*200", 23, "at most 10000 layers", "200 times 201"],
  ["[relu]*9999 >> residual(relu) >> fc 10", 13, "at most 10000 layers", "10001 up to here"],
  ["residual conv 3x3", 10, "a body"],
  ["residual(relu >> fc 10", 23, `")"`, "got the end"],
  ["residual(relu, relu, relu)", 20, `">>" or ")"`, `","`],
  [">> relu", 1, "a layer ("],
  ["relu >>", 8, "a layer (", "got the end"],
  [`${"[".repeat(100)}relu${"]".repeat(100)}`, 66, "at most 64 deep"],
];

for (const [sentence, column, ...says] of mistakes) {
  test(`"${sentence.slice(0, 40)}": a caret at column ${column}`, () => {
    assert.throws(
      () => buildNet(sentence, {}),
      (error: unknown) => {
        assert.ok(error instanceof HeddleError);
        assert.equal(error.exitCode, 2);
        const [message, shown, caret] = error.message.split("\n");
        assert.ok(message.startsWith(`--model, column ${column}: `), message);
        for (const words of says) assert.ok(message.includes(words), message);
        const text = shown.slice(2);
        const cut = sentence.length > text.length ? sentence.indexOf(text) : 0;
        assert.equal(caret.indexOf("^") - 2 + cut, column - 1);
        return true;
      },
    );
  });
}

test("a flatten is put in before a dense layer on an image, and said", () => {
  const notes: string[] = [];
  const input = { height: 28, width: 28, channels: 1 };
  const { layers } = buildNet("conv 4x3 >> relu >> gap >> fc 5 >> fc 10", {
    input,
    onNote: (note) => notes.push(note),
  });
  assert.deepEqual(
    layers.map(({ type }) => type),
    ["conv2d", "relu", "global-average-pool", "flatten", "dense", "dense"],
  );
  assert.deepEqual(notes, ["flatten put in before layer 3, fc 5: it gets an image of 1x1x4"]);
  notes.length = 0;
  const all = ["fc 10", "relu >> fc 10", "conv 4x3 >> flatten >> drop 0.2 >> fc 10"];
  for (const sentence of all) buildNet(sentence, { input, onNote: (note) => notes.push(note) });
  assert.deepEqual(notes, []);
});

test("classes that differ from the data's are refused", () => {
  assert.throws(
    () => resolveNet(buildNet("fc 9", { classes: 10 })),
    /last layer \(dense\): expected 10 outputs, one per class, got 9/,
  );
});
