import { blake3 } from "../model/hash.js";
import { bytesOf } from "../model/safetensors.js";
import type { Dataset } from "./dataset.js";

/**
 * BLAKE3 over shape, images and labels of both splits: two runs with the same hash saw the same data, whatever files it
 * came from and whatever its classes are called.
 */
export function dataHash({ shape, train, test }: Pick<Dataset, "shape" | "train" | "test">): string {
  const { height, width, channels } = shape;
  const head = Uint32Array.of(height, width, channels, train.count, test?.count ?? 0);
  const chunks = [train, ...(test ? [test] : [])].flatMap(({ images, labels }) => [images, bytesOf(labels)]);
  return `blake3:${Buffer.from(blake3([bytesOf(head), ...chunks])).toString("hex")}`;
}
