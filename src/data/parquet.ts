/**
 * `parquet:PATH`: parquet as Hugging Face keeps sets of images, one file or a folder of them (`data/train-00000-of-00002.parquet`,
 * `test/0000.parquet`): a column of image files and one of classes.
 */
import { type DatasetScheme, imageFileSettings } from "./dataset.js";

export const parquet: DatasetScheme = {
  name: "parquet",
  summary: "your own images in parquet files, as Hugging Face keeps them: a column of images, one of classes",
  settings: [...imageFileSettings, "label"],
  ending: /\.parquet$/i,
  looksLike: ({ what, names }) => what === "a parquet file" || names.some((name) => /\.parquet$/i.test(name)),
  async load(path, options) {
    const [{ parquetParts }, { listParquet }, { loadImages }] = await Promise.all([
      import("./parquet/files.js"),
      import("./parquet/list.js"),
      import("./images/load.js"),
    ]);
    const { tree, listing } = await listParquet(path, parquetParts(path), options);
    return loadImages(`parquet:${path}`, tree, listing, options);
  },
};
