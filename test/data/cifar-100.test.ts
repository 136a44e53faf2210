/** CIFAR-100: two label bytes a record, fine labels unless coarse ones are asked for, from files and from its archive. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { cifar100 } from "../../src/data/cifar-100.js";
import { dataFolder, saying } from "./fixtures.js";

/** Records with these coarse and fine labels, all red. */
const records = (...labels: readonly (readonly [coarse: number, fine: number])[]): Buffer =>
  Buffer.concat(
    labels.map((pair) => Buffer.from([...pair, ...new Uint8Array(1024).fill(200), ...new Uint8Array(2048)])),
  );
const train = records([4, 0], [0, 72], [19, 99]);
const held = records([1, 1]);

const places: Record<string, Record<string, Uint8Array>> = {
  "files in its folder": { "cifar-100/train.bin": train, "cifar-100/test.bin.gz": gzipSync(held) },
  "the folder of the archive in its folder": {
    "cifar-100/cifar-100-binary/train.bin": train,
    "cifar-100/cifar-100-binary/test.bin": held,
  },
  "the folder of the archive": { "cifar-100-binary/train.bin": train, "cifar-100-binary/test.bin": held },
  "the archive": {
    "cifar-100/cifar-100-binary.tar.gz": gzipSync(
      await packTar(
        Object.entries({ "train.bin": train, "test.bin": held }).map(([name, body]) => ({
          header: { name: `cifar-100-binary/${name}`, size: body.length },
          body,
        })),
      ),
    ),
  },
};
for (const [where, files] of Object.entries(places)) {
  test(`cifar-100: ${where}`, async (t) => {
    const dataDir = dataFolder(t, files);
    const fine = await cifar100.load({ dataDir });
    assert.deepEqual([...fine.train.labels], [0, 72, 99]);
    assert.deepEqual([fine.classes.length, fine.classes[0], fine.classes[99]], [100, "apple", "worm"]);
    assert.deepEqual([...fine.train.images.subarray(0, 6)], [200, 0, 0, 200, 0, 0]);
    const coarse = await cifar100.load({ dataDir, label: "coarse" });
    assert.deepEqual([[...coarse.train.labels], coarse.classes.length], [[4, 0, 19], 20]);
    await assert.rejects(cifar100.load({ dataDir, label: "other" }), saying(2, "--label", "fine or coarse", "other"));
  });
}

test("cifar-100: a label beyond the classes, or half a record, is refused by byte", async (t) => {
  const load = (bytes: Uint8Array) =>
    cifar100.load({ dataDir: dataFolder(t, { "cifar-100/train.bin": bytes, "cifar-100/test.bin": held }) });
  await assert.rejects(
    load(records([0, 0], [0, 100])),
    saying(3, "train.bin at byte 3075", "a label 0..99", "got 100"),
  );
  await assert.rejects(
    load(train.subarray(0, 5000)),
    saying(3, "train.bin", "records of 3074 bytes", "got 5000 bytes"),
  );
});
