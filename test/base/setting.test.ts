/** One reader for every "NAME key=value …". */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { type Choice, readSetting, settingText, usageOf } from "../../src/base/setting.js";
import { settingKinds } from "../../src/config/settings.js";

const choices: readonly Choice[] = [
  {
    name: "step-decay",
    summary: "for tests",
    options: z.strictObject({
      factor: z.number().positive().default(0.1),
      every: z.union([z.number().int(), z.string().regex(/^\d+epochs?$/)]).default("1epoch"),
      keepFirst: z.boolean().default(false),
      betas: z.tuple([z.number(), z.number()]).default([0.9, 0.999]),
    }),
    examples: ["step-decay factor=0.5"],
  },
  { name: "plain", summary: "for tests", options: z.strictObject({}) },
  { name: "needy", summary: "for tests", options: z.strictObject({ slope: z.number().positive() }) },
];
const wanted = { where: "--thing", what: "a thing" };
const read = (given: unknown) => readSetting(choices, given, wanted);
const full = { name: "step-decay", factor: 0.1, every: "1epoch", keepFirst: false, betas: [0.9, 0.999] };

test("a sentence and its object give the same, with every default", () => {
  assert.deepEqual(read("step-decay"), full);
  assert.deepEqual(read({ name: "step-decay" }), full);
  const said = { ...full, factor: 0.5, every: 20, keepFirst: true, betas: [0.7, 0.9] };
  assert.deepEqual(read("step-decay factor=0.5 every=20 keep-first betas=0.7,0.9"), said);
  assert.deepEqual(read({ name: "step-decay", factor: 0.5, every: 20, keepFirst: true, betas: [0.7, 0.9] }), said);
});

test("case and hyphens do not matter; bare values take the keys in order; a colon is a space", () => {
  assert.deepEqual(read("StepDecay Keep_First KEEPFIRST=true".split(" ").slice(0, 2).join(" ")), {
    ...full,
    keepFirst: true,
  });
  assert.deepEqual(read("STEP_DECAY 0.5 3epochs"), { ...full, factor: 0.5, every: "3epochs" });
  assert.deepEqual(read("step-decay:0.5"), { ...full, factor: 0.5 });
  assert.deepEqual(read("step-decay keep-first 0.5"), { ...full, factor: 0.5, keepFirst: true });
  assert.deepEqual(read("step-decay keep-first=false"), full);
});

const refused: readonly (readonly [given: unknown, message: RegExp])[] = [
  [
    "steb-decay",
    /^--thing: expected a thing, got "steb-decay"\. Did you mean step-decay\? Known: step-decay, plain, needy\.$/,
  ],
  ["", /expected a thing, got nothing/],
  ["factor=2", /got "factor"\. It is an option of step-decay: step-decay factor=0\.5$/],
  ["step-decay facto=2", /--thing, step-decay: expected an option of step-decay, got "facto"\. Did you mean factor\?/],
  ["step-decay factor=0", /--thing, step-decay factor: expected a number above 0, got "0"/],
  ["step-decay factor=", /step-decay factor: expected a number above 0, got ""/],
  ["step-decay factor=1 factor=2", /expected every option once/],
  ["step-decay keep-first=maybe", /keep-first: expected true or false, got "maybe"/],
  ["step-decay betas=1", /betas: expected/],
  ["plain 3", /plain: expected no options, plain has none, got "3"/],
  ["needy", /needy slope: expected a number above 0, got nothing/],
  [{ factor: 1 }, /expected a thing: a text, or an object with its name/],
  [{ name: "step-decay", factor: "x" }, /factor: expected a number above 0, got "x"/],
  [null, /expected a thing: a text, or an object with its name, got null/],
  [7, /got 7/],
];
for (const [given, message] of refused) {
  test(`refused with where and what: ${JSON.stringify(given)}`, () => {
    assert.throws(() => read(given), { name: "HeddleError", kind: "usage", message });
  });
}

test("usage shows keys and defaults", () => {
  assert.equal(usageOf(choices[0]), "step-decay [factor=0.1] [every=1epoch] [keep-first] [betas=0.9,0.999]");
});

test("the text of any setting reads back as the setting", () => {
  const setting = fc.record({
    name: fc.constant("step-decay"),
    factor: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    every: fc.oneof(fc.nat(), fc.constant("3epochs")),
    keepFirst: fc.boolean(),
    betas: fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
  });
  fc.assert(
    fc.property(setting, (given) => {
      const parsed = read(given);
      assert.deepEqual(read(settingText(choices, parsed)), parsed);
    }),
    { seed: 1 },
  );
});

for (const [kind, { choices: members, what }] of Object.entries(settingKinds)) {
  test(`every ${kind} is a sentence: its examples read, print and read back`, () => {
    for (const { name, summary, examples = [] } of members as readonly Choice[]) {
      assert.match(name, /^[a-z][a-z0-9-]*$/);
      assert.match(summary, /^\S.{3,80}\S$/);
      for (const sentence of examples) {
        const setting = readSetting(members, sentence, { where: kind, what });
        assert.deepEqual(readSetting(members, settingText(members, setting), { where: kind, what }), setting);
        assert.deepEqual(readSetting(members, JSON.parse(JSON.stringify(setting)), { where: kind, what }), setting);
      }
    }
  });
}
