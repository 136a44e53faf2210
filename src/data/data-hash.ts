import { blake3 } from "../model/hash.js";
import type { Dataset } from "./dataset.js";

/** BLAKE3 over images and labels of both splits: two runs with the same hash saw the same data. */
export function dataHash({ train, test }: Pick<Dataset, "train" | "test">): string {
  const chunks = [train, ...(test ? [test] : [])].flatMap(({ images, labels }) => [
    images,
    new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength),
  ]);
  return `blake3:${Buffer.from(blake3(chunks)).toString("hex")}`;
}
