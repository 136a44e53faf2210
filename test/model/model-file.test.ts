import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { HeddleError } from "../../src/base/errors.js";
import {
  type ModelMetadata,
  matchParameters,
  readModel,
  readWeights,
  weightsHash,
  writeModel,
} from "../../src/model/model-file.js";
import { encodeSafetensors, type Tensor } from "../../src/model/safetensors.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-model-"));
after(() => rmSync(folder, { recursive: true }));

const metadata: ModelMetadata = {
  schema: 1,
  architecture: {
    input: { height: 1, width: 2, channels: 1 },
    classes: 3,
    layers: [{ type: "dense", units: 3 }, { type: "softmax" }],
  },
  preprocessing: {
    kind: "affine",
    standardize: "unit",
    height: 1,
    width: 2,
    channels: 1,
    maximum: 255,
    scale: [1 / 255],
    shift: [0],
  },
  classNames: ["a", "b", "ç"],
  provenance: { model: "tiny", dataset: "synthetic-digits", seed: 2 ** 53 - 1, notes: ["a note"], epochs: 3 },
};
const parameters = [
  { name: "0.weight", shape: [3, 2] },
  { name: "0.bias", shape: [3] },
];
const tensors = [Float32Array.of(1, 2, 3, 4, 5, 6), Float32Array.of(0.1, 0.2, 0.3)];

let files = 0;
const fresh = () => join(folder, `${files++}.safetensors`);
/** A safetensors file of these tensors, with what another program might say about them. */
function foreign(list: readonly Tensor[], about: Record<string, string> = {}): string {
  const path = fresh();
  writeFileSync(path, Buffer.concat(encodeSafetensors(list, about)));
  return path;
}
const weight: Tensor = { name: "0.weight", dtype: "F32", shape: [3, 2], data: tensors[0] };
const bias: Tensor = { name: "0.bias", dtype: "F32", shape: [3], data: tensors[1] };

function refuses(call: () => unknown, says: RegExp): void {
  assert.throws(call, (error: unknown) => {
    assert.ok(error instanceof HeddleError && error.exitCode === 3, String(error));
    assert.match(error.message, says);
    return true;
  });
}

test("a model is read as it was written, and equal models are equal files", () => {
  const [one, two] = [fresh(), fresh()];
  writeModel(one, metadata, parameters, tensors);
  writeModel(two, structuredClone(metadata), parameters, tensors);
  assert.deepEqual(readFileSync(one), readFileSync(two));
  const file = readModel(one);
  assert.deepEqual(file.model, metadata);
  assert.equal(file.metadata.format, "pt");
  assert.deepEqual(matchParameters(file, parameters, "f32"), { tensors, notes: [] });
  assert.equal(statSync(one).mode & 0o777, 0o666 & ~process.umask());
});

test("f64 weights, also from shared memory, and per-image preprocessing go round", () => {
  const path = fresh();
  const shared = new Float64Array(new SharedArrayBuffer(48)).map((_, i) => i / 3);
  const image = { height: 1, width: 2, channels: 1, maximum: 16 };
  const preprocessing = { kind: "per-image", standardize: "per-image", ...image } as const;
  const bias64 = Float64Array.of(1, 2, 3);
  writeModel(path, { ...metadata, preprocessing }, parameters, [shared, bias64]);
  const file = readModel(path);
  assert.deepEqual(file.model.preprocessing, preprocessing);
  assert.deepEqual(matchParameters(file, parameters, "f64").tensors, [Float64Array.from(shared), bias64]);
});

test("weights are enough to start from; a model needs its metadata", () => {
  const path = foreign([bias, weight], { format: "pt" });
  const file = readWeights(path);
  assert.equal(file.model, null);
  assert.deepEqual(matchParameters(file, parameters, "f32").tensors, tensors);
  refuses(() => readModel(path), /__metadata__: expected architecture.*got weights alone/);
});

test("weightsHash is BLAKE3 of the file's data section", () => {
  // b3sum of nothing, the published test vector.
  assert.equal(weightsHash([]), "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
  const path = fresh();
  writeModel(path, metadata, parameters, tensors);
  const bytes = readFileSync(path);
  const data = bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
  assert.equal(weightsHash(tensors), weightsHash([data]));
  assert.equal(weightsHash([new Float32Array(new SharedArrayBuffer(24)), tensors[1]]).length, "blake3:".length + 64);
  assert.notEqual(weightsHash(tensors), weightsHash([...tensors].reverse()));
});

test("num_batches_tracked is ignored", () => {
  const count: Tensor = { name: "1.num_batches_tracked", dtype: "I64", shape: [], data: BigInt64Array.of(3n) };
  assert.deepEqual(matchParameters(readWeights(foreign([weight, count, bias])), parameters, "f32").tensors, tensors);
});

test("F32 widens into an f64 net with a note; F64 is refused by an f32 net", () => {
  const path = foreign([weight, bias]);
  const wide = matchParameters(readWeights(path), parameters, "f64");
  assert.deepEqual(
    wide.tensors,
    tensors.map((data) => Float64Array.from(data)),
  );
  assert.deepEqual(wide.notes, [`${path}: F32 weights widened to f64`]);
  const bias64: Tensor = { ...bias, dtype: "F64", data: new Float64Array(3) };
  const narrow = readWeights(foreign([weight, bias64]));
  refuses(() => matchParameters(narrow, parameters, "f32"), /"0\.bias": expected F32 for an f32 net, got F64/);
});

test("tensors that are missing, too many, of another shape or of whole numbers are named", () => {
  const match = (list: readonly Tensor[]) => () => matchParameters(readWeights(foreign(list)), parameters, "f32");
  refuses(match([weight]), /expected the net's 2 tensors \(0\.weight, 0\.bias\), got no 0\.bias/);
  refuses(match([weight, bias, { ...bias, name: "2.bias" }]), /got also 2\.bias/);
  refuses(match([weight, { ...bias, name: "2.bias" }]), /got no 0\.bias, also 2\.bias/);
  refuses(match([{ ...weight, shape: [2, 3] }, bias]), /"0\.weight": expected shape \[3, 2\], got \[2, 3\]/);
  refuses(
    match([weight, { ...bias, dtype: "I64", data: new BigInt64Array(3) }]),
    /"0\.bias": expected F32 or F64, got I64/,
  );
});

test("a prefix that all names share, as other programs' wrappers put it, is left out with a note", () => {
  const named = (prefix: string) => [weight, bias].map((tensor) => ({ ...tensor, name: prefix + tensor.name }));
  for (const prefix of ["module.", "_orig_mod.", "model.net.", "0."]) {
    const path = foreign(named(prefix));
    const { tensors: taken, notes } = matchParameters(readWeights(path), parameters, "f32");
    assert.deepEqual(taken, tensors);
    assert.deepEqual(notes, [`${path}: all names begin with "${prefix}", which was left out.`]);
  }
  const mixed = foreign([{ ...weight, name: "module.0.weight" }, bias]);
  refuses(() => matchParameters(readWeights(mixed), parameters, "f32"), /got no 0\.weight, also module\.0\.weight/);
});

test("numbers that are not finite are refused by file, tensor and place", () => {
  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const path = foreign([weight, { ...bias, data: Float32Array.of(0.1, wrong, 0.3) }]);
    const says = new RegExp(`${path}, tensor "0\\.bias": expected finite numbers, got ${wrong} as number 2 of 3`);
    for (const dtype of ["f32", "f64"] as const) {
      refuses(() => matchParameters(readWeights(path), parameters, dtype), says);
    }
  }
});

test("a file that is absent, a folder, or not safetensors is refused by name", () => {
  refuses(() => readModel(join(folder, "absent")), /absent: expected a model file \(safetensors\), got no such file/);
  refuses(() => readModel(folder), /got a folder/);
  const text = fresh();
  writeFileSync(text, "this is a text, not a model");
  refuses(() => readModel(text), /safetensors, header/);
});

const about: Record<string, string> = {
  heddle: "1",
  ...Object.fromEntries(Object.entries(metadata).map(([key, part]) => [key, JSON.stringify(part)])),
};
const badMetadata: Record<string, { change: Record<string, string | undefined>; says: RegExp }> = {
  "another schema": { change: { heddle: "2" }, says: /__metadata__\.schema/ },
  "no architecture": {
    change: { architecture: undefined },
    says: /__metadata__\.architecture: expected JSON, got nothing/,
  },
  "an architecture that is not JSON": {
    change: { architecture: "{" },
    says: /__metadata__\.architecture: expected JSON/,
  },
  "a width of 0": {
    change: { architecture: about.architecture.replace('"width":2', '"width":0') },
    says: /architecture\.input\.width/,
  },
  "a layer without type": {
    change: { architecture: about.architecture.replace('"type":"dense",', "") },
    says: /layers\.0/,
  },
  "too few class names": { change: { classNames: '["a"]' }, says: /1 class names for 3 classes/ },
  "preprocessing of another shape": {
    change: { preprocessing: about.preprocessing.replace('"height":1', '"height":28') },
    says: /differ in height/,
  },
  "a scale that is not a number": {
    change: { preprocessing: about.preprocessing.replace('"shift":[0]', '"shift":[null]') },
    says: /preprocessing\.shift\.0/,
  },
  "two scales for one channel": {
    change: { preprocessing: about.preprocessing.replace('"shift":[0]', '"shift":[0,0]') },
    says: /one scale and shift per channel/,
  },
  "an unknown kind of preprocessing": {
    change: { preprocessing: about.preprocessing.replace("affine", "magic") },
    says: /preprocessing/,
  },
  "no provenance": { change: { provenance: "null" }, says: /provenance/ },
};

for (const [name, { change, says }] of Object.entries(badMetadata)) {
  test(`metadata refused: ${name}`, () => {
    const entries = Object.entries({ ...about, ...change }).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    refuses(() => readModel(foreign([weight, bias], Object.fromEntries(entries))), says);
  });
}
