/**
 * The net of CIFAR-10's speed records (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", section 3, in its
 * later widths of 64 and 256): a first convolution of 2x2 windows that is meant to whiten (`--initializer whitening`, kept by
 * `--freeze 0.weight`), three blocks of two convolutions without bias, batch norm without scale, GELU. The paper divides the
 * logits by 9; here the head has a bias, and a rate of its own where one is wanted (`--groups`).
 */
import { type Preset, sentencePreset } from "./preset.js";

const norm = "bn 0.4 0.000001 noscale >> gelu";
const block = (filters: number): string =>
  `conv ${filters}x3 same nobias >> pool 2 >> ${norm} >> conv ${filters}x3 same nobias >> ${norm}`;

export const speedRunNets: readonly Preset[] = [
  sentencePreset(
    "cifar-speedrun",
    "the net of CIFAR-10's speed records: whitened, GELU",
    { input: { height: 32, width: 32, channels: 3 }, classes: 10 },
    ({ classes }) =>
      `conv 24x2 >> gelu >> ${block(64)} >> ${block(256)} >> ${block(256)} >> pool 3 >> flatten >> fc ${classes}`,
  ),
];
