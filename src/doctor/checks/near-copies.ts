/** Held-out images that show what a training image shows: moved, brightened, saved again. Equal ones the data's checks tell of. */
import type { Finding } from "../../base/finding.js";
import { someOf } from "../../base/finding.js";
import { counted, percent } from "../../base/text.js";
import { nameOf } from "../../data/checks/check.js";
import { dataHash } from "../../data/data-hash.js";
import { datasets } from "../../data/index.js";
import type { RunCheck } from "../check.js";

/** Pixels a side below which two drawings of one thing may be alike by chance: of 1,000 8x8 digits two or so are. */
const tiny = 12;

export const nearCopies: RunCheck = {
  name: "near-copies",
  summary: "held-out images that show what a training image shows",
  run({ measured, copies }) {
    if (!measured || copies.length === 0) return [];
    const { dataset, splits } = measured;
    const hash = dataHash(dataset);
    const source = datasets.find(({ published }) => published?.content === hash);
    return copies.map(({ split, copies: found }): Finding => {
      const { whole } = splits.find(({ name }) => name === split)!;
      const pairs = found.map(({ held, trained }) => `${nameOf(dataset, held)} ~ ${nameOf(dataset, trained)}`);
      const share = percent(found.length / whole);
      const evidence = `${counted(found.length, "image")} of the ${split} split (${share}) ${found.length === 1 ? "shows" : "show"} what a training image shows, moved, brightened or saved again: ${someOf(pairs)}.`;
      const isTiny = Math.min(dataset.shape.height, dataset.shape.width) < tiny;
      if (isTiny)
        return { id: "near-copies", severity: "note", evidence, fix: "Images so small may be alike by chance." };
      if (!source)
        return { id: "near-copies", severity: "warning", evidence, fix: "Its score may be too good by that much." };
      const known = source.published?.nearCopies ?? `${dataset.name} is published so; its score is like everybody's.`;
      return { id: "near-copies", severity: "note", evidence, fix: known };
    });
  },
};
