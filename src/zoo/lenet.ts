/**
 * LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998, "Gradient-based learning applied to document recognition") with tanh and
 * average pooling, its second convolution fully connected, and a plain dense layer for the output. It was made for 32x32;
 * smaller images, such as MNIST's 28x28, are padded by 2 as its authors padded them.
 */
import { type Preset, sentencePreset } from "./preset.js";

export const lenets: readonly Preset[] = [
  sentencePreset(
    "lenet5",
    "LeNet-5 of 1998: tanh and average pooling",
    { input: { height: 28, width: 28, channels: 1 }, classes: 10 },
    ({ input, classes }) =>
      `conv 6x5${Math.min(input.height, input.width) < 32 ? " pad 2" : ""} >> tanh >> avgpool 2 >> ` +
      `conv 16x5 >> tanh >> avgpool 2 >> flatten >> fc 120 >> tanh >> fc 84 >> tanh >> fc ${classes}`,
  ),
];
