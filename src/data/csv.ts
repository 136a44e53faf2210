/**
 * `csv:PATH`: a file of images as numbers (`formats/csv.ts`), or a folder with `train.csv` and, if there is a test split,
 * `test.csv`; each may end in `.gz`. Images are square and grey unless `imageSize` and `channels` say otherwise; colours
 * stand side by side, pixel for pixel.
 */
import { existsSync, statSync } from "node:fs";
import { dataError } from "../errors.js";
import type { Dataset, DatasetScheme, ImageShape, LoadOptions, Split } from "./dataset.js";
import { parseImageSize } from "./images/settings.js";
import { ownDefaults } from "./own.js";

/** What Node can hold in one buffer. */
const mostBytes = 2 ** 31;

export const csv: DatasetScheme = {
  name: "csv",
  summary: "your own images as numbers, 0..255: a line for each, pixels, then the label (or a line of names first)",
  open: (path) => ({
    name: `csv:${path}`,
    summary: `the images in ${path}`,
    embedded: false,
    ownImages: true,
    defaults: ownDefaults,
    load: (options) => load(path, options),
  }),
};

async function load(path: string, options: LoadOptions): Promise<Dataset> {
  const [{ parseCsv }, { fileOf, readBytes }, { announceMemory }, { checkClasses }] = await Promise.all([
    import("./formats/csv.js"),
    import("./formats/files.js"),
    import("./memory.js"),
    import("./images/classes.js"),
  ]);
  const dataset = `csv:${path}`;
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const trainPath = isFolder ? fileOf(path, "train.csv") : path;
  const testPath = isFolder ? fileOf(path, "test.csv") : undefined;
  if (trainPath === undefined) throw dataError({ where: path, expected: "train.csv or train.csv.gz", got: "neither" });
  let shape: ImageShape | null = null;
  const read = async (file: string, classes: number | null): Promise<Split> => {
    const bytes = await readBytes(file, () => mostBytes);
    const onSize = (images: number, pixels: number) => {
      shape ??= shapeOf(file, pixels, options);
      announceMemory({ dataset, images, shape }, options);
    };
    const pixels = shape && shape.height * shape.width * shape.channels;
    const { count, images, labels } = parseCsv(bytes, { path: file, pixels, maximum: 255, classes, onSize });
    return { count, images, labels };
  };
  const train = await read(trainPath, null);
  const classes = train.labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const names = Array.from({ length: classes }, (_, label) => `${label}`);
  checkClasses(trainPath, names, train);
  const test = testPath === undefined ? null : await read(testPath, classes);
  return { name: dataset, shape: shape!, classes: names, maximum: 255, train, test, notes: [] };
}

/** The shape that images of so many numbers have. Throws `dataError` where it cannot be. */
function shapeOf(path: string, numbers: number, { imageSize, channels }: LoadOptions): ImageShape {
  if (imageSize !== undefined) {
    const { height, width } = parseImageSize(imageSize);
    const found = channels ?? numbers / (height * width);
    if ((found === 1 || found === 3) && height * width * found === numbers) return { height, width, channels: found };
    const expected = `${height * width} pixels or ${3 * height * width} (RGB) for --image-size ${imageSize}`;
    throw dataError({ where: path, expected, got: `${numbers}` });
  }
  const side = Math.sqrt(numbers / (channels ?? 1));
  if (Number.isInteger(side)) return { height: side, width: side, channels: channels ?? 1 };
  throw dataError({
    where: path,
    expected: `as many pixels as a square image of ${channels ?? 1} channels has`,
    got: `${numbers}`,
    fix: "--image-size HEIGHTxWIDTH (and --channels 3 for RGB) says what shape they have.",
  });
}
