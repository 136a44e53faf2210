/** A small MobileNet (Howard et al. 2017): depthwise convolutions, then 1x1 convolutions across channels. */
import { type Preset, sentencePreset } from "./preset.js";

/** 3x3 in each channel by itself, then a mix of all channels. */
const block = (channels: number, filters: number, stride: 1 | 2): string =>
  `gconv ${channels}x3 ${channels} pad 1${stride === 2 ? " stride 2" : ""} nobias >> bn >> relu >> ` +
  `conv ${filters}x1 nobias >> bn >> relu`;

export const mobilenets: readonly Preset[] = [
  sentencePreset(
    "mobilenet-small",
    "depthwise-separable convolutions, for 32x32",
    { input: { height: 32, width: 32, channels: 3 }, classes: 10 },
    ({ classes }) =>
      `conv 32x3 pad 1 nobias >> bn >> relu >> ${block(32, 64, 1)} >> ${block(64, 128, 2)} >> ${block(128, 128, 1)} >> ` +
      `${block(128, 256, 2)} >> ${block(256, 256, 1)} >> gap >> flatten >> fc ${classes}`,
  ),
];
