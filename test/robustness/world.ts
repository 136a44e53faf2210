/** A folder with a trained run, model files and data files, whole and broken: what bad input is made of. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { sealJson } from "../../src/base/sealed-json.js";
import { encodePng } from "../../src/formats/png.js";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../../src/model/safetensors.js";
import { heddle } from "../cli/heddle.js";
import { idx } from "../data/fixtures.js";

const imagesMagic = 2051;
const labelsMagic = 2049;
const side = 28;

/** Ten classes in turn, on images that tell them apart. */
const images = (count: number, rows = side) =>
  idx(
    [imagesMagic, count, rows, side],
    Uint8Array.from({ length: count * rows * side }, (_, i) => (Math.floor(i / (rows * side)) * 37 + i) % 251),
  );
const labels = (count: number) =>
  idx(
    [labelsMagic, count],
    Uint8Array.from({ length: count }, (_, i) => i % 10),
  );

/** MNIST's four files with 40 and 20 images. */
const mnist = {
  "train-images-idx3-ubyte": images(40),
  "train-labels-idx1-ubyte": labels(40),
  "t10k-images-idx3-ubyte": images(20),
  "t10k-labels-idx1-ubyte": labels(20),
} as const;

/** Broken sets, each in a data folder of its own: `with` replaces a file of a good one, or removes it (null). */
const packed = gzipSync(mnist["train-images-idx3-ubyte"]);
export const brokenMnist: Readonly<Record<string, Readonly<Record<string, Uint8Array | null>>>> = {
  "one-file-missing": { "t10k-labels-idx1-ubyte": null },
  "truncated-gzip": { "train-images-idx3-ubyte": null, "train-images-idx3-ubyte.gz": packed.subarray(0, 100) },
  "not-gzip": { "train-images-idx3-ubyte": null, "train-images-idx3-ubyte.gz": Buffer.alloc(500, "gzip? ") },
  "wrong-magic": { "train-labels-idx1-ubyte": mnist["train-images-idx3-ubyte"] },
  "counts-disagree": { "train-labels-idx1-ubyte": labels(39) },
  "too-short": { "t10k-images-idx3-ubyte": images(20).subarray(0, 5000) },
  "other-size": { "t10k-images-idx3-ubyte": images(20, 14) },
  "label-out-of-range": { "t10k-labels-idx1-ubyte": idx([labelsMagic, 20], Buffer.alloc(20, 11)) },
  whole: {},
  "other-images": { "train-images-idx3-ubyte": images(40).fill(7, 400, 500) },
};

const csvRow = (pixels: number, label: string) => `${"3,".repeat(pixels)}${label}\n`;
const csv: Readonly<Record<string, string>> = {
  "ragged-row": csvRow(64, "1") + csvRow(63, "2"),
  "not-a-number": csvRow(64, "1") + csvRow(64, "one"),
  "too-few-rows": csvRow(64, "1").repeat(3),
};

type Header = Readonly<Record<string, unknown>>;
/** A file with this header, and zeros for data. */
function safetensors(header: Header, dataBytes: number, headerLength?: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(headerLength ?? json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}
const entry = (begin: number, end: number, dtype = "F32") => ({
  dtype,
  shape: [(end - begin) / (dtype === "F16" ? 2 : 4)],
  data_offsets: [begin, end],
});

/** The weights of digits-mlp in another number format. */
const wide: readonly Tensor[] = [
  { name: "0.weight", dtype: "F64", shape: [32, 64], data: new Float64Array(32 * 64) },
  { name: "0.bias", dtype: "F64", shape: [32], data: new Float64Array(32) },
  { name: "2.weight", dtype: "F64", shape: [10, 32], data: new Float64Array(10 * 32) },
  { name: "2.bias", dtype: "F64", shape: [10], data: new Float64Array(10) },
];

export const modelFiles: Readonly<Record<string, Uint8Array>> = {
  "empty.safetensors": new Uint8Array(0),
  "text.safetensors": Buffer.from("This is a letter about weights, and no more than that."),
  "torch.pt": Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(100)]),
  "header-too-long.safetensors": safetensors({ a: entry(0, 8) }, 8, 5000),
  "overlap.safetensors": safetensors({ a: entry(0, 8), b: entry(4, 12) }, 12),
  "out-of-range.safetensors": safetensors({ a: entry(0, 8), b: entry(8, 400) }, 8),
  "half.safetensors": safetensors({ a: entry(0, 8, "F16") }, 8),
  "other-net.safetensors": safetensors({ "0.weight": entry(0, 8), "0.bias": entry(8, 16) }, 16),
  "f64.safetensors": Buffer.concat(encodeSafetensors(wide, { format: "pt" })),
};

/** A whole picture, and what only looks like one. */
const picture = encodePng({ width: 30, height: 20, channels: 1, pixels: new Uint8Array(600).fill(9) });
const imageFiles: Readonly<Record<string, Uint8Array>> = {
  "whole.png": picture,
  "cut.png": picture.subarray(0, picture.length - 20),
  "text.png": Buffer.from("not a picture"),
  "empty.jpg": new Uint8Array(0),
};

/** Nets that do not fit the digits' 8x8x1 and 10 classes, or nothing at all. */
const conv = { type: "conv2d", filters: 4, kernel: 3 };
const flatten = { type: "flatten" };
const dense = { type: "dense", units: 10 };
const netFiles: Readonly<Record<string, object>> = {
  "no-flatten.json": { layers: [conv, dense] },
  "color.json": { input: { height: 8, width: 8, channels: 3 }, layers: [dense] },
  "seven.json": { classes: 7, layers: [{ ...dense, units: 7 }] },
  "stride-0.json": { layers: [{ ...conv, stride: 0 }, flatten, dense] },
  "window-0.json": { layers: [conv, { type: "max-pool", size: 0 }, flatten, dense] },
  "residual.json": { layers: [conv, { type: "residual", body: [conv] }, flatten, dense] },
};

/** Writes everything below `cwd`, and trains the run `trained` there (two epochs, the second still to come in `stopped`). */
export async function makeWorld(cwd: string): Promise<void> {
  for (const [name, changes] of Object.entries(brokenMnist)) {
    for (const [file, bytes] of Object.entries({ ...mnist, ...changes })) {
      if (bytes) write(join(cwd, "data", name, "mnist", file), bytes);
    }
  }
  for (const [name, text] of Object.entries(csv)) write(join(cwd, "data", name, "digits", "digits.csv"), text);
  for (const [name, bytes] of Object.entries({ ...modelFiles, ...imageFiles })) write(join(cwd, name), bytes);
  for (const [name, net] of Object.entries(netFiles)) write(join(cwd, name), JSON.stringify(net));
  write(join(cwd, "a-file"), "here");

  const settings = ["--subset", "200", "--epochs", "2", "--keep", "1", "--quiet", "--json", "--threads", "1"];
  const { code, stderr } = await heddle(["train", ...settings, "--out", "trained"], { cwd });
  assert.equal(code, 0, stderr);
  const onMnist = ["--dataset", "mnist", "--data-dir", join("data", "whole"), "--model", "mlp:5", "--epochs", "1"];
  const second = await heddle(["train", ...onMnist, "--quiet", "--json", "--out", "on-mnist"], { cwd });
  assert.equal(second.code, 0, second.stderr);

  const model = readFileSync(join(cwd, "trained", "model.safetensors"));
  write(join(cwd, "truncated.safetensors"), model.subarray(0, model.length - 100));
  write(join(cwd, "flipped.safetensors"), replaced(model, "synthetic-digits", "synthetic-digitz"));
  write(join(cwd, "unknown-layer.safetensors"), withUnknownLayer(model));
  const broken = (run: string, file: string, change: (bytes: Buffer) => Uint8Array): void => {
    cpSync(join(cwd, "trained"), join(cwd, run), { recursive: true });
    const path = join(cwd, run, file);
    writeFileSync(path, change(readFileSync(path)));
  };
  broken("flipped", "last.ckpt", (bytes) => {
    bytes[bytes.length - 1000] ^= 4;
    return bytes;
  });
  broken("cut-checkpoint", "last.ckpt", (bytes) => bytes.subarray(0, 1000));
  broken("cut-metrics", "metrics.jsonl", (bytes) => bytes.subarray(0, 10));
  broken("half-run-json", "run.json", (bytes) => bytes.subarray(0, 100));
  broken("edited-run-json", "run.json", (bytes) => replaced(bytes, '"lr": 0.001', '"lr": 0.002'));
  broken("sealed-run-json", "run.json", (bytes) => sealed(replaced(bytes, '"lr": 0.001', '"lr": 0.002')));
  broken("strange-run-json", "run.json", (bytes) => sealed(replaced(bytes, '"batchSize": 64', '"batchSize": -4')));
  broken("broken-metrics", "metrics.jsonl", (bytes) =>
    replaced(bytes, '"kind":"epoch","epoch":2', '"kind":"epoch","epoch":x'),
  );
}

/** As another program would write it: without the checksum, which no longer fits. */
function withUnknownLayer(model: Uint8Array): Buffer {
  const { tensors, metadata } = decodeSafetensors(model, "model");
  const changed = { ...metadata, architecture: metadata.architecture.replace('"relu"', '"attention"') };
  const kept = Object.entries(changed).filter(([key]) => key !== "checksum");
  return Buffer.concat(encodeSafetensors(tensors, Object.fromEntries(kept)));
}

/** An edited document with the checksum that fits it. */
function sealed(bytes: Buffer): Uint8Array {
  return sealJson(JSON.parse(bytes.toString()) as object, 2);
}

function write(path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

/** The bytes with one piece of text for another of the same length. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(from);
  assert.ok(at >= 0 && from.length === to.length, from);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(to), bytes.subarray(at + from.length)]);
}

/** Every file and folder below `path`, with a hash of its bytes: what may not change. */
export function snapshot(path: string): string[] {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  return names.map((name) => {
    const full = join(path, name);
    if (statSync(full).isDirectory()) return name;
    return `${name} ${createHash("sha256").update(readFileSync(full)).digest("hex")}`;
  });
}
