/** Decoding on many threads gives what one gives, in the same order, and stops as one does. */
import assert from "node:assert/strict";
import { unlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { PassSettings } from "../../src/data/images/decode.js";
import { decodeAll } from "../../src/data/images/decoders.js";
import { diskTree, type FileTree } from "../../src/data/images/tree.js";
import { defaultLimits } from "../../src/formats/pixels.js";
import { dataFolder, saying } from "./fixtures.js";
import { png } from "./pictures.js";

const settings: PassSettings = {
  ...{ size: { height: 5, width: 4 }, fit: "pad", channels: null, maximum: null, limits: defaultLimits },
  ...{ paper: "black", comparing: true },
};
const names = Array.from({ length: 100 }, (_, i) => `${i}.png`);
const files = () => Object.fromEntries(names.map((name, i) => [name, i % 7 === 3 ? "no image" : png(i)]));

/** All files, their bytes as lists: they last until the next files are asked for. */
async function decoded(tree: FileTree, threads: number, paysFrom: number) {
  const found = [];
  for await (const some of decodeAll(tree, names, settings, threads, paysFrom)) {
    for (const { digest, image, ...rest } of some) {
      found.push({ ...rest, digest: [...digest], image: image && { ...image, pixels: [...image.pixels] } });
    }
  }
  return found;
}

test("two threads give what one gives, bad files too", async (t) => {
  const root = dataFolder(t, files());
  const alone = await decoded(diskTree(root), 1, 0);
  assert.deepEqual(
    alone.map(({ index }) => index),
    Array.from(names.keys()),
  );
  assert.equal(alone.filter(({ bad }) => bad !== null).length, 14);
  // The thread that asks hands on what is left after its first look, so it must not finish before that.
  const slow = diskTree(root);
  const tree = {
    ...slow,
    async *read(asked: readonly string[]) {
      for (const file of slow.read(asked) as Iterable<{ index: number; path: string; bytes(): Promise<Uint8Array> }>) {
        if (file.index === 20) await new Promise((resolve) => setTimeout(resolve, 400));
        // Some as from an archive, whose members have no path.
        yield file.index % 2 === 0 ? file : { index: file.index, bytes: () => file.bytes() };
      }
    },
  };
  assert.deepEqual(await decoded(tree, 2, 0), alone);
});

test("threads that seemed to pay, and then not, get the rest all the same", async (t) => {
  const slow = diskTree(dataFolder(t, files()));
  const tree = {
    ...slow,
    async *read(asked: readonly string[]) {
      for (const file of slow.read(asked) as Iterable<{ index: number; path: string; bytes(): Promise<Uint8Array> }>) {
        if (file.index === 20) await new Promise((resolve) => setTimeout(resolve, 400));
        yield file;
      }
    },
  };
  // 400 ms for 13 files are 2.7 s for the others; for 20 files, 1.6 s.
  const found = await decoded(tree, 2, 2100);
  assert.deepEqual(
    found.map(({ index }) => index),
    Array.from(names.keys()),
  );
});

test("a file that vanishes under a thread is that error", async (t) => {
  const root = dataFolder(t, files());
  const slow = diskTree(root);
  const tree = {
    ...slow,
    async *read(asked: readonly string[]) {
      for (const file of slow.read(asked) as Iterable<{ index: number; path: string; bytes(): Promise<Uint8Array> }>) {
        if (file.index === 20) await new Promise((resolve) => setTimeout(resolve, 400));
        if (file.index === 99) unlinkSync(join(root, "99.png"));
        yield file;
      }
    },
  };
  await assert.rejects(decoded(tree, 2, 0), saying(3, "99.png", "no such file"));
});
