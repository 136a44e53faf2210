/** `--maximum` for numbers in tables and arrays: what a person said is white becomes 255, and nothing is larger. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { describeDataset } from "../../src/datatools/describe.js";
import { dataFolder, saying } from "./fixtures.js";
import { bytesOfNumbers, labels, type NpyParts, npz } from "./numpy-maker.js";
import { open } from "./pictures.js";

/** Two images of 2x2 for each of two classes, and what they are where 15 is white. */
const values = [0, 15, 7, 3, 1, 2, 4, 8, 15, 14, 13, 12, 5, 6, 9, 10];
const spread = values.map((value) => Math.round((value * 255) / 15));
const csv = `${[0, 1, 0, 1].map((label, i) => [label, ...values.slice(4 * i, 4 * i + 4)].join()).join("\n")}\n`;
const shape = [4, 2, 2];

const forms: Readonly<Record<string, [name: string, bytes: Uint8Array | string, ask: string]>> = {
  table: ["a.csv", csv, "csv:"],
  "table of fractions": ["a.csv", csv.replaceAll("15", "15.0"), "csv:"],
  "array of bytes": ["a.npz", arrays({ shape, bytes: Uint8Array.from(values) }), "npz:"],
  "array of floats": ["a.npz", arrays({ descr: "<f4", shape, bytes: bytesOfNumbers("f4", values) }), "npz:"],
  "array of 64 bits": ["a.npz", arrays({ descr: "<i8", shape, bytes: bytesOfNumbers("i8", values) }), "npz:"],
};

function arrays(x: NpyParts): Uint8Array {
  return npz({ x_train: x, y_train: labels });
}

async function load(t: TestContext, [name, bytes, ask]: (typeof forms)[string], maximum?: number) {
  const path = join(dataFolder(t, { [name]: bytes }), name);
  const options = { ...(maximum !== undefined && { maximum }), ...(ask === "csv:" && { label: "first" }) };
  return (await open(`${ask}${path}`, options)).dataset;
}

for (const [name, form] of Object.entries(forms)) {
  test(`--maximum 15 of a ${name}: what is found says so, and it is done`, async (t) => {
    const { findings } = describeDataset(await load(t, form));
    assert.match(findings.find(({ id }) => id === "low-range")?.fix ?? "", /say --maximum 15\./);
    const dataset = await load(t, form, 15);
    assert.deepEqual([...dataset.train.images], spread);
    assert.ok(!describeDataset(dataset).findings.some(({ id }) => id === "low-range"));
    await assert.rejects(load(t, form, 14), saying(3, "pixels of at most 14, as --maximum says", "got 15"));
  });
}

test("--maximum 4095 of 12 bits in an array of 16: said with what 16 bits would leave", async (t) => {
  const x = {
    descr: "<u2",
    shape,
    bytes: bytesOfNumbers(
      "u2",
      values.map((value) => 273 * value),
    ),
  };
  const form = ["a.npz", arrays(x), "npz:"] as const;
  const { findings } = describeDataset(await load(t, [...form]));
  const found = findings.find(({ id }) => id === "unused-bits");
  assert.match(
    found?.evidence ?? "",
    /x_train has 16 bits a sample, but no value above 4,095 of 65,535: 12 bits are used/,
  );
  assert.match(found?.fix ?? "", /--maximum 4095/);
  assert.equal(
    findings.some(({ id }) => id === "low-range"),
    false,
  );
  assert.deepEqual([...(await load(t, [...form], 4095)).train.images], spread);
});

test("arrays of a test split alone are the set, which is said; predict needs no labels", async (t) => {
  const x = { shape, bytes: Uint8Array.from(values) };
  const root = dataFolder(t, { "a.npz": npz({ x_test: x, y_test: labels }), "b.npz": npz({ x_test: x }) });
  const { dataset } = await open(`npz:${join(root, "a.npz")}`);
  assert.equal(dataset.test, null);
  assert.deepEqual(dataset.notes, ["There is no other split than x_test: it was taken as the set."]);
  const asked = await open(`npz:${join(root, "b.npz")}`, { unlabelled: true });
  assert.equal(asked.dataset.train.count, dataset.train.count);
});

test("arrays that are neither images nor labels are said to be left out", async (t) => {
  const x = { shape, bytes: Uint8Array.from(values) };
  const some = { shape: [2], bytes: Uint8Array.of(0, 1) };
  const more = { ids: labels, mask: x, version: { shape: [], bytes: Uint8Array.of(1) }, test_idx: some, means: some };
  const path = join(dataFolder(t, { "a.npz": npz({ x_train: x, y_train: labels, ...more }) }), "a.npz");
  const { dataset } = await open(`npz:${path}`);
  assert.deepEqual(dataset.notes, ["Left out: ids, mask, test_idx."]);
});
