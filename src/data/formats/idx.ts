/**
 * IDX, the format of MNIST: a big-endian header (magic number, then one size per dimension), then bytes.
 *
 *   images  00 00 08 03  count  rows  columns  count x rows x columns bytes, 0 = background
 *   labels  00 00 08 01  count                 count bytes
 */
import { dataError } from "../../errors.js";
import type { ImageShape, LoadOptions, Split } from "../dataset.js";
import { announceMemory } from "../memory.js";
import { locate, readBytes, unpackedName } from "./files.js";

/** What Node can hold in one buffer, and more than any image set in this format. */
const mostBytes = 2 ** 31;

export interface IdxOptions extends Pick<LoadOptions, "dataDir" | "onEvent"> {
  /** Name of the set and of its folder. */
  readonly set: string;
  /** Training images and labels, test images and labels. */
  readonly files: readonly { readonly name: string }[];
  readonly shape: ImageShape;
  readonly classes: number;
}

/** Both splits of a set kept as four IDX files. */
export async function loadIdx(options: IdxOptions): Promise<{ train: Split; test: Split }> {
  const paths = locate(options.set, options.dataDir, options.files.map(unpackedName));
  const [trainSplit, testSplit] = await Promise.all([
    loadPair(paths[0], paths[1], options),
    loadPair(paths[2], paths[3], options),
  ]);
  return { train: trainSplit, test: testSplit };
}

async function loadPair(imagesPath: string, labelsPath: string, options: IdxOptions): Promise<Split> {
  const { set, shape, classes } = options;
  const announce = (images: number) => announceMemory({ dataset: set, images, shape }, options);
  const [images, labels] = await Promise.all([
    readIdx(imagesPath, "images", [shape.height, shape.width * shape.channels], announce),
    readIdx(labelsPath, "labels", []),
  ]);
  if (images.count !== labels.count) {
    const expected = `${images.count} labels, one for each image in ${imagesPath}`;
    throw dataError({ where: `${labelsPath} at byte 4`, expected, got: `${labels.count}` });
  }
  const bad = labels.data.findIndex((label) => label >= classes);
  if (bad >= 0) {
    const where = `${labelsPath} at byte ${headerBytes(0) + bad}`;
    throw dataError({ where, expected: `a label 0..${classes - 1}`, got: `${labels.data[bad]}` });
  }
  return { count: images.count, images: images.data, labels: Uint16Array.from(labels.data) };
}

/**
 * The data of one file whose items have the shape `item`. The bytes are a view, not a copy. `announce` hears of the number
 * of items before a packed file is unpacked.
 */
export async function readIdx(
  path: string,
  kind: "images" | "labels",
  item: readonly number[],
  announce: (count: number) => void = () => {},
): Promise<{ count: number; data: Uint8Array }> {
  const start = headerBytes(item.length);
  const itemBytes = item.reduce((product, size) => product * size, 1);
  const sizeOf = (head: Uint8Array) => start + checkHeader(path, head, kind, item) * itemBytes;
  const bytes = await readBytes(path, (head) => {
    const size = sizeOf(head);
    announce((size - start) / itemBytes);
    return size;
  });
  const size = sizeOf(bytes);
  if (bytes.length !== size) {
    const what = path.endsWith(".gz") ? " (counted after unpacking)" : "";
    throw dataError({
      where: `${path} at byte ${Math.min(bytes.length, size)}${what}`,
      expected: `${size} bytes in all, as the header says`,
      got: `${bytes.length}`,
      fix: "Fetch the file again.",
    });
  }
  return { count: (size - start) / itemBytes, data: bytes.subarray(start) };
}

/** Magic number, count, and one word for each dimension of an item. */
function headerBytes(dimensions: number): number {
  return 8 + 4 * dimensions;
}

/** The number of items that a correct header gives. */
function checkHeader(path: string, head: Uint8Array, kind: string, item: readonly number[]): number {
  const start = headerBytes(item.length);
  const magic = 0x0801 + item.length;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length >= 4 && view.getUint32(0) !== magic) {
    const expected = `the IDX magic number of ${kind}, ${magic}`;
    throw dataError({ where: `${path} at byte 0`, expected, got: `${view.getUint32(0)}` });
  }
  if (head.length < start) {
    const where = `${path} at byte ${head.length}`;
    throw dataError({ where, expected: `an IDX header of ${start} bytes`, got: "the end of the file" });
  }
  for (const [i, size] of item.entries()) {
    const got = view.getUint32(8 + 4 * i);
    if (got === size) continue;
    const expected = `${size} ${i === 0 ? "rows" : "columns"} in each image`;
    throw dataError({ where: `${path} at byte ${8 + 4 * i}`, expected, got: `${got}` });
  }
  const count = view.getUint32(4);
  const itemBytes = item.reduce((product, size) => product * size, 1);
  if (count < 1 || start + count * itemBytes > mostBytes) {
    const most = Math.floor((mostBytes - start) / itemBytes);
    throw dataError({ where: `${path} at byte 4`, expected: `a count of 1..${most} ${kind}`, got: `${count}` });
  }
  return count;
}
