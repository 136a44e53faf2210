/** The packed net on the caller's thread: by the addon where it loads, else by JavaScript and WebAssembly, which give the same classes. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runError } from "../../../base/errors.js";
import type { FloatArray } from "../../../base/numbers.js";
import { platformName } from "../../../base/platform.js";
import { Arena } from "../../../engine/arena.js";
import { writeParameters, writePreprocessing } from "../../../engine/contents.js";
import { RowScorer } from "../../../engine/row-scorer.js";
import type { Backend } from "../../../kernels/backend.js";
import { loadFast } from "../../web/fast.js";
import type { Tensor } from "../../web/kernels.js";
import { runGraph } from "../../web/run.js";
import { type NamedTensor, type PackedModel, readPack, wordsOf } from "./model.js";

interface Addon extends Pick<Backend, "address" | "load" | "run" | "unload"> {
  isas(): string[];
  choose(isa: string): boolean;
  operations(): unknown;
}

export interface PackedNet {
  readonly model: PackedModel;
  /** "native avx512" or "javascript". */
  readonly backend: string;
  /** Why the addon does not compute; null where it does. */
  readonly note: string | null;
  /** Probabilities [images][classes] of the images that stand one after the other in `bytes`, raw values, channels last. */
  readonly predict: (bytes: Uint8Array) => FloatArray;
}

/** Images that go through the plain loops at a time. */
const plainRows = 16;

/** The pack's folder: this file lies in `lib/export/pack/runtime`. */
export const packFolder = fileURLToPath(new URL("../../../..", import.meta.url));

/** Throws HeddleError where the folder is no whole pack. */
export function openNet(folder = packFolder): PackedNet {
  const { model, tensors } = readPack(folder);
  const found = loadAddon(folder, model);
  return "addon" in found ? native(model, tensors, found.addon) : plain(model, tensors, found.why);
}

function loadAddon(folder: string, { operations }: PackedModel): { addon: Addon } | { why: string } {
  const place = platformName();
  try {
    const addon = createRequire(import.meta.url)(join(folder, "addon", place, "heddle.node")) as Addon;
    if (JSON.stringify(addon.operations()) === operations) return { addon };
    return { why: "the addon is of another version" };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND") return { why: `the pack has no addon for ${place}` };
    return { why: `the addon does not load (${message.split("\n")[0]})` };
  }
}

function native(model: PackedModel, tensors: readonly NamedTensor[], addon: Addon): PackedNet {
  const { plan, preprocessing, classNames } = model;
  const [isa] = addon.isas();
  addon.choose(isa);
  const arena = Arena.allocate(plan.dtype, plan.bytes, Infinity, addon);
  writePreprocessing(arena, plan, preprocessing);
  const prepare = wordsOf(model.prepare);
  const values = tensors.map(({ data }) => data);
  writeParameters(arena, { ...plan, prepare }, values, addon);
  const order = arena.uint32(plan.regions.order);
  for (let i = 0; i < order.length; i++) order[i] = i;
  const scorer = new RowScorer(addon, { regions: plan.regions, score: [wordsOf(model.score)] }, arena);
  return inPieces(model, plan.scoreRows, { backend: `native ${isa}`, note: null }, (bytes, rows) => {
    scorer.score(bytes, rows);
    return scorer.probabilities.subarray(0, rows * classNames.length);
  });
}

function plain(model: PackedModel, tensors: readonly NamedTensor[], why: string): PackedNet {
  const { nodes, preprocessing } = model;
  const { height, width, channels } = preprocessing;
  const constants = new Map<string, Tensor>(
    [...tensors, ...model.constants].map(({ name, shape, data }) => [name, { shape, data: Float32Array.from(data) }]),
  );
  const fast = loadFast(readFileSync(join(packFolder, "lib", "kernels.wasm")));
  const backend = fast ? "javascript and wasm" : "javascript";
  const note = `Computed by ${fast ? "WebAssembly" : "plain JavaScript"}, slowly: ${why}.`;
  return inPieces(model, plainRows, { backend, note }, (bytes, rows) => {
    const [plane, pixels] = [height * width, height * width * channels];
    const data = new Float32Array(bytes.length);
    for (let i = 0; i < bytes.length; i++) {
      const [image, at] = [Math.floor(i / pixels), i % pixels];
      data[image * pixels + (at % channels) * plane + Math.floor(at / channels)] = bytes[i];
    }
    return runGraph(nodes, constants, { shape: [rows, channels, height, width], data }, fast ?? undefined).get(
      "probabilities",
    )!.data;
  });
}

function inPieces(
  model: PackedModel,
  most: number,
  about: Pick<PackedNet, "backend" | "note">,
  score: (bytes: Uint8Array, rows: number) => FloatArray,
): PackedNet {
  const { plan, classNames } = model;
  return {
    model,
    ...about,
    predict(bytes) {
      const count = bytes.length / plan.pixels;
      const all = new (plan.dtype === "f64" ? Float64Array : Float32Array)(count * classNames.length);
      for (let first = 0; first < count; first += most) {
        const rows = Math.min(most, count - first);
        all.set(
          score(bytes.subarray(first * plan.pixels, (first + rows) * plan.pixels), rows),
          first * classNames.length,
        );
      }
      if (all.every(Number.isFinite)) return all;
      throw runError({ where: "the net's answer", expected: "finite numbers", got: "others" });
    },
  };
}

/** The class of each row: the first of those that are most likely. */
export function classesOf(probabilities: FloatArray, classes: number): Uint16Array {
  return Uint16Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0;
    for (let i = 1; i < classes; i++) {
      if (probabilities[row * classes + i] > probabilities[row * classes + best]) best = i;
    }
    return best;
  });
}
