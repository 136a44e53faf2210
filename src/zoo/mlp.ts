/**
 * Multi-layer perceptrons of the source documents, and `mlp:WIDTH-WIDTH-…`: dense layers with one activation between
 * them, logits at the end.
 */
import { usageError } from "../base/errors.js";
import type { LayerSpec } from "../nn/spec.js";
import type { Preset } from "./preset.js";

/** The layers of an MLP with these hidden widths. */
export function mlpLayers(hidden: readonly number[], classes: number, activation: LayerSpec): LayerSpec[] {
  return [...hidden.flatMap((units) => [{ type: "dense", units }, activation]), { type: "dense", units: classes }];
}

/** `mlp:999-299`. Throws `usageError` where a width is not a positive integer. */
export function parseMlp(name: string): number[] {
  const text = name.slice("mlp:".length);
  return text.split("-").map((word) => {
    const units = Number(word);
    if (!/^\d+$/.test(word) || units < 1 || units > 1_000_000) {
      throw usageError({
        where: `--model ${name}`,
        expected: "hidden widths from 1 to 1000000, joined by -, as in mlp:999-299",
        got: word === "" ? "an empty width" : `"${word}"`,
      });
    }
    return units;
  });
}

const mlp = (name: string, summary: string, home: Preset["home"], hidden: readonly number[]): Preset => ({
  name,
  summary,
  home,
  openActivation: true,
  layers: ({ classes, activation }) => mlpLayers(hidden, classes, activation),
});

const mnist = { height: 28, width: 28, channels: 1 };

export const mlps: readonly Preset[] = [
  mlp("digits-mlp", "64-32-10, for the 8x8 digits", { input: { height: 8, width: 8, channels: 1 }, classes: 10 }, [32]),
  mlp("dtu-mlp", "784-999-299-10, the DTU course's MNIST net", { input: mnist, classes: 10 }, [999, 299]),
  mlp("cs596-2layer", "784-512-128-10, the CS596 slides' Fashion-MNIST net", { input: mnist, classes: 10 }, [512, 128]),
];
