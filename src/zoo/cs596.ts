/**
 * The convolutional nets of the CS596 slides on Fashion-MNIST, as its authors' notebooks have them: Keras nets, so that
 * `same` is TensorFlow's and batch norm has momentum 0.99 (0.01 in PyTorch's way of counting) and epsilon 1e-3, after the
 * activation. The dense one, cs596-2layer, is in `mlp.ts`.
 */
import { type Preset, sentencePreset } from "./preset.js";

const home = { input: { height: 28, width: 28, channels: 1 }, classes: 10 };
const bn = "bn 0.01 0.001";

export const cs596: readonly Preset[] = [
  sentencePreset(
    "cs596-1conv",
    "one convolution and one hidden dense layer",
    home,
    ({ classes }) => `conv 32x3 >> relu >> pool 2 >> drop 0.2 >> flatten >> fc 128 >> relu >> fc ${classes}`,
  ),
  sentencePreset(
    "cs596-3conv",
    "three convolutions with dropout",
    home,
    ({ classes }) =>
      "conv 32x3 >> relu >> pool 2 >> drop 0.2 >> conv 64x3 >> relu >> pool 2 >> drop 0.2 >> " +
      `conv 128x3 >> relu >> drop 0.2 >> flatten >> fc 128 >> relu >> drop 0.2 >> fc ${classes}`,
  ),
  sentencePreset(
    "cs596-4conv-bn",
    "four convolutions with batch norm",
    home,
    ({ classes }) =>
      `conv 32x3 >> relu >> ${bn} >> conv 32x3 >> relu >> ${bn} >> drop 0.25 >> ` +
      `conv 64x3 >> relu >> pool 2 >> drop 0.25 >> conv 128x3 >> relu >> ${bn} >> drop 0.25 >> flatten >> ` +
      `fc 512 >> relu >> ${bn} >> drop 0.5 >> fc 128 >> relu >> ${bn} >> drop 0.5 >> fc ${classes}`,
  ),
  sentencePreset(
    "cs596-vgg",
    "nine convolutions after VGG",
    home,
    ({ classes }) =>
      "[conv 32x3 same >> relu]*2 >> pool 2 >> [conv 64x3 same >> relu]*2 >> pool 2 >> " +
      "[conv 128x3 same >> relu]*2 >> pool 2 >> [conv 256x3 same >> relu]*3 >> pool 2 >> flatten >> " +
      `[fc 512 >> relu >> drop 0.5]*2 >> fc ${classes}`,
  ),
  sentencePreset(
    "cs596-vgg-bn",
    "nine convolutions with batch norm and two poolings",
    home,
    ({ classes }) =>
      `[conv 32x3 same >> relu]*2 >> ${bn} >> drop 0.25 >> [conv 64x3 same >> relu]*2 >> pool 2 >> drop 0.25 >> ` +
      `[conv 128x3 same >> relu]*2 >> ${bn} >> drop 0.25 >> [conv 256x3 same >> relu]*3 >> pool 2 >> flatten >> ` +
      `[fc 512 >> relu >> ${bn} >> drop 0.5]*2 >> fc ${classes}`,
  ),
];
