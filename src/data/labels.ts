/**
 * `labels:FILE`: images beside a table (CSV, TSV, JSON Lines) that names the file and the class of each, or a folder with such a
 * table: `labels.csv`, `metadata.jsonl`, or one for each split (`train.csv`, `test/metadata.csv`).
 */
import { type DatasetScheme, imageFileSettings } from "./dataset.js";

export const labels: DatasetScheme = {
  name: "labels",
  summary: "your own images, and a table (.csv, .tsv, .jsonl) that names the file and the class of each",
  settings: [...imageFileSettings, "label"],
  looksLike: ({ names }) =>
    names.some((name) => /^(?:labels?|metadata|annotations?|train)\.(?:csv|tsv|jsonl)$/i.test(name)) &&
    names.some((name) => /\.(?:png|jpe?g|webp|gif|tiff?)$/i.test(name)),
  async load(path, options) {
    const [{ listLabels }, { loadImages }, { diskTree }] = await Promise.all([
      import("./labels/list.js"),
      import("./images/load.js"),
      import("./images/tree.js"),
    ]);
    const { root, listing } = await listLabels(path, options);
    return loadImages(`labels:${path}`, diskTree(root), listing, options);
  },
};
