/**
 * ResNet-20 for CIFAR-10 (He, Zhang, Ren and Sun 2016, "Deep residual learning for image recognition", section 4.2): three
 * stages of three blocks of two 3x3 convolutions, with 16, 32 and 64 filters. Convolutions have no bias and explicit
 * padding of 1; where a stage halves the image, the shortcut is a 1x1 convolution with batch norm (the paper's option B).
 *
 * ResNet-18 (the same, table 1) as CIFAR-10's leaderboards have it: a first 3x3 convolution of stride 1 and no pooling in place of
 * the 7x7 and pooling of ImageNet, then four stages of two blocks with 64 to 512 filters.
 */
import { type Preset, sentencePreset } from "./preset.js";

function block(filters: number, stride: 1 | 2): string {
  const halving = stride === 2 ? " stride 2" : "";
  const body = `conv ${filters}x3 pad 1${halving} nobias >> bn >> relu >> ` + `conv ${filters}x3 pad 1 nobias >> bn`;
  const projection = stride === 2 ? `, conv ${filters}x1 stride 2 nobias >> bn` : "";
  return `residual(${body}${projection}) >> relu`;
}

/** One block that may halve the image, then `more` that keep it. */
const stage = (filters: number, stride: 1 | 2, more: number): string =>
  `${block(filters, stride)} >> [${block(filters, 1)}]*${more}`;

export const resnets: readonly Preset[] = [
  sentencePreset(
    "resnet20",
    "ResNet-20 with projection shortcuts, for 32x32",
    { input: { height: 32, width: 32, channels: 3 }, classes: 10 },
    ({ classes }) =>
      `conv 16x3 pad 1 nobias >> bn >> relu >> ${stage(16, 1, 2)} >> ${stage(32, 2, 2)} >> ${stage(64, 2, 2)} >> ` +
      `gap >> flatten >> fc ${classes}`,
  ),
  sentencePreset(
    "resnet18-cifar",
    "ResNet-18 for 32x32: a first convolution of 3x3, no pooling",
    { input: { height: 32, width: 32, channels: 3 }, classes: 10 },
    ({ classes }) =>
      `conv 64x3 pad 1 nobias >> bn >> relu >> ${stage(64, 1, 1)} >> ${stage(128, 2, 1)} >> ${stage(256, 2, 1)} >> ` +
      `${stage(512, 2, 1)} >> gap >> flatten >> fc ${classes}`,
  ),
];
