/** A data folder with a few images under the names of the published sets: enough for the structure of a table, not for a score. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Stream } from "../../src/base/random.js";
import { findDataset } from "../../src/data/index.js";
import { idx } from "../data/fixtures.js";

export const [trainImages, testImages] = [1000, 200];

/** The caller removes it. */
export async function smallSets(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "heddle-repro-data-"));
  const write = (name: string, bytes: Uint8Array): void => {
    mkdirSync(join(folder, name.split("/")[0]), { recursive: true });
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
