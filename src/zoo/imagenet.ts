/**
 * Nets that were made for 224x224: AlexNet in one tower (Krizhevsky 2014, "One weird trick for parallelizing convolutional
 * neural networks", as torchvision has it), VGG-16 and VGG-19 (Simonyan and Zisserman 2015), and VGG-16's convolutions with
 * a small head for CIFAR-10.
 *
 * For any size of image: a pooling that no longer fits over what is left is dropped, and a larger image's last map is
 * averaged down to the size that the dense layers were made for, by equal windows; torchvision's adaptive pooling does the
 * same where that size divides the map.
 */

import type { ImageShape } from "../base/shape.js";
import { pairOf, type Size } from "../nn/geometry.js";
import { outputOf } from "../nn/net.js";
import type { LayerSpec } from "../nn/spec.js";
import { expand, parseSentence } from "./arrow/parser.js";
import type { Preset } from "./preset.js";

/** The sentence's layers without the max poolings that do not fit. */
function fitting(sentence: string, input: ImageShape): LayerSpec[] {
  const layers: LayerSpec[] = [];
  for (const spec of expand(parseSentence(sentence))) {
    if (spec.type === "max-pool") {
      const [height, width] = pairOf(spec.size as Size);
      const map = outputOf(layers, input);
      if (map.height < height || map.width < width) continue;
    }
    layers.push(spec);
  }
  return layers;
}

/** Along one axis, the window and stride that make `from` places exactly `to`; nothing to do where there are no more. */
function shrinking(from: number, to: number): readonly [size: number, stride: number] {
  if (from <= to) return [1, 1];
  const stride = Math.floor(from / to);
  return [from - (to - 1) * stride, stride];
}

/** What brings the map down to `side` by `side`, where it is larger. */
function averageTo(side: number, { height, width }: ImageShape): LayerSpec[] {
  if (height <= side && width <= side) return [];
  const [rows, columns] = [shrinking(height, side), shrinking(width, side)];
  return [{ type: "average-pool", size: [rows[0], columns[0]], stride: [rows[1], columns[1]] }];
}

interface Parts {
  readonly features: string;
  /** Height and width of the map that the dense layers were made for. */
  readonly side: number;
  readonly head: string;
}

const preset = (name: string, summary: string, home: Preset["home"], { features, side, head }: Parts): Preset => ({
  name,
  summary,
  home,
  layers({ input, classes }) {
    const body = fitting(features, input);
    const average = averageTo(side, outputOf(body, input));
    return [...body, ...average, ...expand(parseSentence(`flatten >> ${head} >> fc ${classes}`))];
  },
});

const imageNet = { input: { height: 224, width: 224, channels: 3 }, classes: 1000 };
const cifar = { input: { height: 32, width: 32, channels: 3 }, classes: 10 };

/** VGG's convolutions: so many of 64, 128, 256, 512 and 512 filters, a pooling after each. */
const vggFeatures = (counts: readonly number[]): string =>
  counts.map((count, i) => `[conv ${Math.min(512, 64 << i)}x3 pad 1 >> relu]*${count} >> pool 2`).join(" >> ");

const vggHead = "[fc 4096 >> relu >> drop 0.5]*2";

export const imagenetNets: readonly Preset[] = [
  preset("alexnet", "AlexNet in one tower, for 224x224", imageNet, {
    features:
      "conv 64x11 pad 2 stride 4 >> relu >> pool 3 stride 2 >> conv 192x5 pad 2 >> relu >> pool 3 stride 2 >> " +
      "conv 384x3 pad 1 >> relu >> [conv 256x3 pad 1 >> relu]*2 >> pool 3 stride 2",
    side: 6,
    head: "[drop 0.5 >> fc 4096 >> relu]*2",
  }),
  preset("vgg16", "VGG with 13 convolutions, for 224x224", imageNet, {
    features: vggFeatures([2, 2, 3, 3, 3]),
    side: 7,
    head: vggHead,
  }),
  preset("vgg19", "VGG with 16 convolutions, for 224x224", imageNet, {
    features: vggFeatures([2, 2, 4, 4, 4]),
    side: 7,
    head: vggHead,
  }),
  preset("vgg16-cifar", "VGG-16's convolutions with a small head, for 32x32", cifar, {
    features: vggFeatures([2, 2, 3, 3, 3]),
    side: 1,
    head: "fc 512 >> relu",
  }),
];
