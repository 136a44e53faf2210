/** A data folder with a few images under the names of the published sets: enough for the structure of a table, not for a score. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Stream } from "../../src/base/random.js";
import { findDataset } from "../../src/data/index.js";
import { encodePng } from "../../src/formats/png.js";
import { idx } from "../data/fixtures.js";

export const [trainImages, testImages] = [1000, 200];

/** The caller removes it. */
export async function smallSets(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-repro-data-"));
  const write = (name: string, bytes: Uint8Array): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  };
  const { train, test } = await findDataset("synthetic-digits-28").load({});
  for (const set of ["mnist", "fashion-mnist"]) {
    for (const [name, split, count] of [
      ["train", train, trainImages],
      ["t10k", test!, testImages],
    ] as const) {
      write(`${set}/${name}-images-idx3-ubyte`, idx([2051, count, 28, 28], split.images.subarray(0, count * 784)));
      write(`${set}/${name}-labels-idx1-ubyte`, idx([2049, count], Uint8Array.from(split.labels.subarray(0, count))));
    }
  }
  write("digits/digits.csv", Buffer.from(await digitsTable()));
  for (let i = 1; i <= 6; i++) write(`cifar-10/${i < 6 ? `data_batch_${i}` : "test_batch"}.bin`, cifarBatch(i));
  bugs(write);
  return folder;
}

export const remove = (folder: string): void => rmSync(folder, { recursive: true, force: true });

async function digitsTable(): Promise<string> {
  const { train } = await findDataset("synthetic-digits").load({});
  const rows = Array.from({ length: 1797 }, (_, i) => [
    ...train.images.subarray(64 * i, 64 * (i + 1)),
    train.labels[i],
  ]);
  return rows.map((row) => row.join(",")).join("\n");
}

/** BugNIST2D's folders: images of 32 wide and 64 high, 60 + 5 of each class, gray of its own. */
function bugs(write: (name: string, bytes: Uint8Array) => void): void {
  const codes = ["AC", "BC", "BF", "BL", "BP", "CF", "GH", "MA", "ML", "PP", "SL", "WO"];
  const stream = new Stream(7, "synthetic", 9);
  for (const [label, code] of codes.entries()) {
    for (let i = 0; i < 65; i++) {
      stream.at(label, i);
      const pixels = Uint8Array.from({ length: 64 * 32 * 3 }, () => 15 * label + stream.below(60));
      const folder = `bugnist2d/${i < 60 ? "train" : "test"}/${String(label).padStart(2, "0")}-${code}`;
      write(`${folder}/bug_${i}.png`, encodePng({ width: 32, height: 64, channels: 3, pixels }));
    }
  }
}

/** Each class is a color, with noise: a net learns it in a few steps. */
function cifarBatch(part: number): Uint8Array {
  const count = part < 6 ? trainImages / 5 : testImages;
  const bytes = new Uint8Array(3073 * count);
  const stream = new Stream(7, "synthetic", part);
  for (let i = 0; i < count; i++) {
    const label = i % 10;
    stream.at(i, 0);
    bytes[3073 * i] = label;
    for (let at = 0; at < 3072; at++) {
      const channel = Math.floor(at / 1024);
      bytes[3073 * i + 1 + at] = ((label * (channel + 3) * 25) % 180) + stream.below(70);
    }
  }
  return bytes;
}
