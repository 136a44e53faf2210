/**
 * The doors of the library take wrong types, shapes and sizes for what they are: an error of our own, never another, and
 * never an answer made of nothing.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import * as library from "../src/index.js";
import * as words from "../src/words.js";
import { refusal } from "./run/refuses.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-doors-"));
// Files that a strange name makes go there too.
process.chdir(folder);
after(() => rmSync(folder, { recursive: true, force: true }));
const run = join(folder, "run");
const small = { subset: 40, epochs: 1, threads: 1, model: "mlp:3" } as const;
await library.train({ config: { ...small, out: run } });
const digits = await library.findDataset("synthetic-digits").load({});

type Loose = (...given: unknown[]) => unknown;
const door = (name: keyof typeof library): Loose => library[name] as Loose;

/** What no door takes for a number, a text, an array, an image or an object of options. */
const strange: readonly unknown[] = [
  null,
  -1,
  1.5,
  Number.NaN,
  1e300,
  "",
  "no such thing",
  "__proto__",
  [],
  [null],
  {},
  { toString: null },
  () => 1,
  Symbol("strange"),
  10n,
  new Date(0),
  new Float32Array(3),
  new Uint8Array(2 ** 16),
];

/** A call that is right, with options last; each argument and each option is then made strange. */
const model = { path: run, threads: 1, backend: "auto" };
const step = { model: "mlp:3", batchSize: 4, threads: 1, optimizer: "sgd", dtype: "f32", seconds: 0.001 };
const doors: readonly (readonly [name: keyof typeof library, ...given: unknown[]])[] = [
  // Settings of training have a fuzz of their own (`config`); a run folder that exists is refused before anything starts.
  ["train", { config: { out: run }, resume: "x", sources: {}, onEvent: () => {}, signal: undefined, report: false }],
  ["summarize", "mlp:3", { input: { height: 2, width: 2, channels: 1 }, classes: 2, batchSize: 4, dtype: "f32" }],
  ["evaluate", { ...model, split: "test", weights: "best", dataset: "x", imageSize: "4", standardize: "x" }],
  ["predict", { ...model, index: [5, 2], split: "test", most: 3, top: 2, csv: "no/x.csv" }],
  [
    "predictFiles",
    { path: run, files: ["x.png"], fit: "pad", invert: false, maxMegapixels: 1, top: 2, csv: "no/x.csv" },
  ],
  ["openPredictor", run, { backend: "reference", weights: "best", standardize: "unit" }],
  ["writeReport", join(folder, "none"), { out: "x", figures: "y", threads: 1 }],
  ["findDataset", "synthetic-digits"],
  ["fetchDataset", library.findDataset("synthetic-digits"), { dataDir: folder, mirror: "x" }],
  ["verifyDataset", { name: "x", load: () => Promise.reject(library.usageError(nothing())) }, { dataDir: folder }],
  ["describeDataset", { ...digits, train: { ...digits.train, count: 3 } }],
  ["writeDataPage", digits, { split: "validation", path: join(folder, "page.html"), perClass: 1 }],
  ["takeInventory", [], folder],
  ["whatIsHere", [], folder],
  ["decodeImage", new Uint8Array(8), "name"],
  ["readMetrics", join(folder, "none")],
  ["benchStep", { ...step, model: "no such net", augment: "none", layers: false }],
  ["benchNetwork", { ...step, nodes: [1], gigabits: [10] }],
  ["benchMoreRanks", { ...step, ranks: [0] }],
  ["benchScaling", { ...step, threads: [600] }],
  ["benchPredict", { path: run, weights: "best", backend: "reference", standardize: "unit", seconds: 0.001 }],
  ["benchGemm", { dtype: "f16", backend: "auto", seconds: 0.001 }],
  ["sgemm", matrices(Float32Array)],
  ["dgemm", matrices(Float64Array)],
  ["trainEpochs", { out: run }, { sources: {}, onEvent: () => {}, report: false }],
  ["findRate", { config: small, sources: {}, onEvent: () => {}, signal: undefined }],
  ["trainRepeatedly", { config: { ...small, seeds: 2, out: run }, sources: {}, report: false, onEvent: () => {} }],
  ["isRepeat", run],
  ["search", "no such.yaml", { out: "x", parallel: 1, threads: 1, backend: "auto", dataDir: folder }],
  ["verifyRun", run, { threads: 1, backend: "auto", dataDir: folder, onEvent: () => {}, signal: undefined }],
  ["replay", "no such.replay", { threads: 1, backend: "auto", dataDir: folder, onEvent: () => {} }],
  ["exportModel", { path: run, to: "onnx", out: "x.onnx", weights: "best", preprocessing: true }],
  ["packModel", { path: run, out: "x.zip", weights: "best" }],
  ["serve", { path: run, port: 0, host: "127.0.0.1", allowHosts: ["x"], maxMegapixels: 1, weights: "best" }],
  ["explain", { ...model, sample: 0, split: "test", weights: "best", standardize: "x" }],
  ["compareRuns", [run, run], { threads: 1, backend: "auto", dataDir: folder, loaded: digits }],
  ["writeComparison", await library.compareRuns([run, run], { threads: 1 }), "page.html"],
  ["plotRun", run, { columns: 80, unicode: true }],
  ["examineRun", run, { threads: 1, backend: "auto", dataDir: folder, loaded: digits }],
  ["nearCopies", digits],
  ["profileStep", { ...step, model: "no such net", augment: "none" }],
  ["repro", "no such experiment", { threads: 1, mode: "fixed", quick: true, rows: ["x"], out: "x", seeds: 1 }],
  ["listExperiments"],
  ["writeReportOfAll", [run], "all.html", { threads: 1, backend: "auto", dataDir: folder }],
  ["measureMachine"],
  ["documentsSchema"],
  // Words of what the library gave.
  ...Object.keys(words).map((name) => [name as keyof typeof words, "x", "x", "x"] as const),
  ["cpuModel"],
  ["packageVersion"],
  ["versionText"],
  ["hashesPlainly"],
  ["nativeStatus"],
  ["joinTeam"],
  ["serveTeam", {}],
  ["findMpi"],
];

function nothing(): Parameters<typeof library.usageError>[0] {
  return { where: "here", expected: "something", got: "nothing" };
}

function matrices<A>(type: new (length: number) => A): object {
  return { m: 1, n: 1, k: 1, a: new type(1), b: new type(1), c: new type(1), bias: new type(1), alpha: 1, lda: 1 };
}

/** For these, options that say nothing are a whole training by default. */
const trains: readonly string[] = ["train", "trainEpochs", "findRate"];
const isBlank = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;

/** Refused in our own words, or taken. */
async function isAnswered(call: () => unknown, what: string): Promise<void> {
  try {
    const answer = (await call()) as Partial<library.ModelServer & AsyncGenerator> | undefined;
    await answer?.stop?.();
    await answer?.next?.();
    await answer?.return?.(undefined);
  } catch (error) {
    const ours = error instanceof library.HeddleError && !error.message.startsWith("Internal error");
    assert.ok(ours, `${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

const shown = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.prototype.toString.call(value)
    : typeof value === "function"
      ? "a function"
      : String(value);

describe("doors", () => {
  for (const [name, ...given] of doors) {
    test(name, async () => {
      for (const [at, argument] of given.entries()) {
        for (const value of strange) {
          if (trains.includes(name) && at === 0 && isBlank(value)) continue;
          const others = given.map((one, i) => (i === at ? value : one));
          await isAnswered(() => door(name)(...others), `${name}, argument ${at}: ${shown(value)}`);
          const isOptions = at === given.length - 1 && argument?.constructor === Object;
          for (const key of isOptions ? Object.keys(argument) : []) {
            const options = given.map((one, i) => (i === at ? { ...(argument as object), [key]: value } : one));
            await isAnswered(() => door(name)(...options), `${name}, ${key}: ${shown(value)}`);
          }
        }
      }
    });
  }

  test("each function that the library gives out", () => {
    const known = new Set<string>([...doors.map(([name]) => name), "HeddleError", "nameSettingsAs"]);
    const given = Object.entries(library).filter(([, value]) => typeof value === "function");
    assert.deepEqual(
      given.map(([name]) => name).filter((name) => !known.has(name)),
      [],
    );
  });

  test("every setting of training", async () => {
    for (const { key } of library.fields) {
      for (const value of strange) {
        await isAnswered(
          () => library.train({ config: { ...small, out: run, [key]: value } }),
          `${key}: ${shown(value)}`,
        );
      }
    }
  });
});

test("an option that is none is refused, and the nearest is named", async () => {
  const wrong = { path: run, thread: 1 } as object;
  await assert.rejects(library.evaluate(wrong), refusal(2, /evaluate: .* got "thread"\. Did you mean threads\?/));
  await assert.rejects(library.predictFiles({} as never), refusal(2, /expected files, got options without it/));
});

test("images are what they claim to be, or refused", () => {
  const predictor = library.openPredictor(run);
  const pixels = new Uint8Array(64);
  const image = { width: 8, height: 8, channels: 1, pixels } as const;
  const moved = new Uint8Array(64);
  structuredClone(moved.buffer, { transfer: [moved.buffer] });
  const wrong: readonly [call: () => unknown, says: RegExp][] = [
    [
      () => predictor.predictImages([{ ...image, width: 1e9, height: 1e9 }]),
      /width: expected .* at most 65535, got 1000/,
    ],
    [
      () => predictor.predictImages([image, { ...image, width: 9 }]),
      /images\[1\], pixels: expected 72 bytes for 8x9x1/,
    ],
    [
      () => predictor.predictImages([{ ...image, pixels: new Float32Array(64) as never }]),
      /pixels: expected a Uint8Array/,
    ],
    [
      () => predictor.predictImages([{ ...image, channels: 2 as never }]),
      /channels: expected 1 \(grey\) or 3 \(RGB\), got 2/,
    ],
    [() => predictor.predictImages(image as never), /images: expected an array/],
    [() => predictor.prepare(image, { fit: "squash" as never }), /fit: expected crop, pad or stretch, got "squash"/],
    [() => predictor.predict("x" as never), /bytes: expected a Uint8Array, got "x"/],
    [
      () => predictor.predict(new Float32Array(64) as never),
      /bytes: expected a Uint8Array, got an object \(Float32Array\)/,
    ],
    [() => predictor.predict(moved), /expected bytes, got an array whose memory was transferred away/],
    [() => predictor.predict(pixels.map(() => 17)), /byte 0: expected values 0\.\.16, got 17\. prepare\(\) brings/],
    [() => predictor.predict(pixels, new Int32Array(10) as never), /into: expected a Float32Array or Float64Array/],
  ];
  for (const [call, says] of wrong) assert.throws(call, refusal(2, says));
  assert.equal(predictor.predictImages([image]).length, 10);
});

test("matrices that overlap, an activation that is none", () => {
  const c = new Float32Array(4);
  const square = { m: 2, n: 2, k: 2, a: c, b: new Float32Array(4), c };
  assert.throws(() => library.sgemm(square), refusal(2, /c: expected memory that a and b do not read, got an overlap/));
  const wrong = { ...square, a: new Float32Array(4), activation: "softplus" as never };
  assert.throws(() => library.sgemm(wrong), refusal(2, /activation: expected one of .* got "softplus"/));
});
