/** A configuration that Heddle printed or saved is one that it takes. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { type ValueSchema, valueSchemas } from "../../src/base/schema-words.js";
import type { Choice } from "../../src/base/setting.js";
import { configText } from "../../src/config/print.js";
import { resolveConfig } from "../../src/config/resolve.js";
import { type TrainConfig, trainConfigSchema } from "../../src/config/schema.js";
import { isSettingKey, settingKinds } from "../../src/config/settings.js";
import { checkConfig } from "../../src/run/check-config.js";
import { run, temporaryFolder } from "../engine/runs.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-round-trip-"));
after(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Texts that YAML could take for something else. */
const texts = fc.constantFrom(
  "a",
  "no",
  "12",
  "1e3",
  "~",
  "null",
  "a: b",
  "# c",
  "it's",
  'say "x"',
  "ä 字",
  " x ",
  "- y",
  "{z}",
);

function arbitrary(schema: ValueSchema): fc.Arbitrary<unknown> {
  const { minimum = 0, exclusiveMinimum, maximum = 1000, exclusiveMaximum } = schema;
  if (schema.examples) return fc.constantFrom(...schema.examples);
  if (schema.type === "null") return fc.constant(null);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(arbitrary));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "integer")
    return fc.integer({ min: Math.max(minimum, (exclusiveMinimum ?? -1) + 1), max: Math.min(maximum, 1e6) });
  if (schema.type === "number") {
    const max = Math.min(maximum, exclusiveMaximum ?? 1e9);
    return fc.double({
      min: exclusiveMinimum ?? minimum,
      max,
      minExcluded: exclusiveMinimum !== undefined,
      maxExcluded: true,
      noNaN: true,
    });
  }
  return texts;
}

const schemas = valueSchemas(trainConfigSchema);
const value = (key: string): fc.Arbitrary<unknown> => {
  // A schema that transforms keeps its examples to itself.
  const examples = trainConfigSchema.shape[key as keyof TrainConfig].meta()?.examples as unknown[] | undefined;
  if (examples) return fc.constantFrom(...examples);
  if (!isSettingKey(key)) return arbitrary(schemas[key]);
  const choices: readonly Choice[] = settingKinds[key].choices;
  const sentences = choices.flatMap(({ name, options, examples = [] }) => [
    ...(options.safeParse({}).success ? [name] : []),
    ...examples,
  ]);
  return fc.constantFrom(...sentences);
};
const configs = fc
  .record(Object.fromEntries(Object.keys(schemas).map((key) => [key, value(key)])), { requiredKeys: [] })
  .map((given) => trainConfigSchema.parse(given));

const read = async (path: string): Promise<TrainConfig> => (await resolveConfig({ env: {}, file: path })).config;

test("what --print-config prints, --config reads: every setting, every value", async () => {
  const property = fc.asyncProperty(configs, async (config) => {
    const sources = Object.fromEntries(Object.keys(config).map((key) => [key, "flag" as const]));
    assert.deepEqual(await read(file("printed.yaml", configText({ config, sources }))), config);
  });
  await fc.assert(property, { seed: 21, numRuns: 300 });
});

test("what run.json holds, --config reads, but for where that run wrote", async () => {
  const property = fc.asyncProperty(configs, async (config) => {
    const saved = { schema: 1, config, sources: {}, dataHash: "blake3:0", lr: 7 };
    const rest = Object.fromEntries(Object.entries(config).filter(([key]) => key !== "out" && key !== "overwrite"));
    assert.deepEqual(await read(file("run.json", JSON.stringify(saved, null, 2))), { ...rest, overwrite: false });
  });
  await fc.assert(property, { seed: 22, numRuns: 300 });
});

test("a printed default is no wish: it contradicts nothing", async () => {
  const resolved = await resolveConfig({ env: {}, flags: { validation: "0" } });
  const again = await resolveConfig({ env: {}, file: file("none.yaml", configText(resolved)) });
  checkConfig(again.config, again.sources);
  const asked = await resolveConfig({
    env: {},
    file: file("asked.yaml", "validation: 0\nvalidationSplit: sequential\n"),
  });
  assert.throws(() => checkConfig(asked.config, asked.sources), /--validation-split: expected a --validation/);
});

test("a run's own run.json gives the same run again", async (t) => {
  const settings = {
    subset: 300,
    epochs: 2,
    threads: 2,
    lr: 0.02,
    optimizer: "sgd momentum=0.9",
    schedule: "cosine",
  } as const;
  const first = await run(t, settings);
  const path = join(first.run!, "run.json");
  const again = await run(t, { ...(await read(path)), out: join(temporaryFolder(t), "run") });
  assert.equal(again.weightsHash, first.weightsHash);
  const [one, two] = [path, join(again.run!, "run.json")].map(
    (each) => JSON.parse(readFileSync(each, "utf8")) as { config: object },
  );
  assert.deepEqual({ ...two.config, out: 0 }, { ...one.config, out: 0 });
});
