/** CIFAR-10: 60,000 small photographs in ten classes (A. Krizhevsky, 2009). */
import { cifarSet } from "./cifar.js";
import type { Published, PublishedFile } from "./dataset.js";

const batchRecords = 10_000;
const batchBytes = batchRecords * 3073;

const batchFile = (name: string, bytes: number, sha256: string, unpacked: string): PublishedFile => ({
  name: `${name}.bin.gz`,
  bytes,
  sha256,
  unpacked: { bytes: batchBytes, sha256: unpacked },
});

const published: Published = {
  nearCopies:
    "Known of CIFAR-10: 3.25 % of its test images have a near copy among the training images (Barz and Denzler 2020).",
  files: [
    batchFile(
      "data_batch_1",
      28313767,
      "6fcee3c4b6ea120cf82b263e2e9fe932e7edf7daf530e8b8ed62c178f70910c6",
      "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    ),
    batchFile(
      "data_batch_2",
      28346891,
      "fdda9af5bfc1ff90c0018a3c997cc37619077ae8e4e7f1238323a8259607add2",
      "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    ),
    batchFile(
      "data_batch_3",
      28358756,
      "6cfabbc0ca93a74e247cf16f68544c0b2162576f7e2aa8d8e5d73778cbdfe628",
      "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    ),
    batchFile(
      "data_batch_4",
      28352478,
      "361042113c9a826b76ab9f91d499ae3102fd43ece9af030844a33b4d801c2743",
      "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    ),
    batchFile(
      "data_batch_5",
      28328565,
      "4c618c86d699c20baa688bcbc1ca629a1c2e9bbe7647d66c2e6869b025174b12",
      "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    ),
    batchFile(
      "test_batch",
      28330804,
      "769dbbdb7f3fb0f1a165fdea73dde4ffa43f7218019984b6fd41eb85430846ac",
      "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
    ),
  ],
  archives: [
    {
      name: "cifar-10-binary.tar.gz",
      bytes: 170052171,
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    },
    { name: "cifar-10-python.tar.gz", bytes: null, sha256: null },
  ],
  mirrors: ["https://www.cs.toronto.edu/~kriz", "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10"],
  content: "blake3:7167ed89c513b29f428c78141a5c3c5dbefada9fb75c77ca12380ccec54bab0d",
  counts: { train: new Array<number>(10).fill(5000), test: new Array<number>(10).fill(1000) },
};
export const cifar10 = cifarSet({
  name: "cifar-10",
  summary: "50,000 + 10,000 photographs in 10 classes, 32x32 RGB (binary or python version, or its .tar.gz)",
  defaults: { model: "kth-4.d", epochs: 15 },
  published,
  train: ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5"],
  test: "test_batch",
  records: [batchRecords, batchRecords],
  labels: [
    {
      name: "label",
      byte: 0,
      key: "labels",
      namesKey: "label_names",
      namesFile: "batches.meta.txt",
      classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    },
  ],
  meta: "batches.meta",
  folders: ["cifar-10-batches-bin", "cifar-10-batches-py"],
  archives: ["cifar-10-binary.tar.gz", "cifar-10-python.tar.gz"],
});
