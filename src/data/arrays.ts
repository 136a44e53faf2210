/**
 * From arrays of numbers to a data set, the same way for every form that holds them: how the pixels of an image lie, its size
 * and channels, its classes.
 */
import { dataError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import type { ImageShape, Split } from "../base/shape.js";
import { arrange, looksLikePlanes } from "../formats/arrangement.js";
import { toChannels } from "../formats/pixels.js";
import { resize } from "../formats/resize.js";
import type { Dataset, LoadOptions } from "./dataset.js";
import { imageSettings, parseImageSize } from "./images/settings.js";
import { announceMemory } from "./memory.js";
import { type GivenNames, nameClasses } from "./name-classes.js";
import type { RawSplits } from "./raw-split.js";

export interface Arrays {
  readonly splits: RawSplits;
  /** Of every image. */
  readonly shape: ImageShape;
  /** True where the file says height and width itself: `--image-size` then changes the size. */
  readonly isShaped: boolean;
  /** How the pixels of an image lie where `--layout` does not say. */
  readonly layout?: "rows" | "columns" | "planes";
  /** Null where the form gives none. */
  readonly names: GivenNames | null;
  readonly notes: readonly string[];
  readonly findings?: readonly Finding[];
}

/** Throws `dataError` where labels and images do not make a set. */
export function finishArrays(dataset: string, arrays: Arrays, options: LoadOptions): Dataset {
  const named = nameClasses(arrays.splits, arrays.names, options);
  const layout = options.layout ?? arrays.layout ?? "rows";
  const notes = [...arrays.notes, ...named.notes];
  // What a file calls rows are columns then.
  const isTurned = arrays.isShaped && layout === "columns";
  const { height, width, channels } = arrays.shape;
  const own: ImageShape = isTurned ? { height: width, width: height, channels } : arrays.shape;
  if (options.layout === undefined && layout === "rows" && looksLikePlanes(named.train.images, own)) {
    notes.push(
      "Colors look as if all of red came before green and blue, not side by side: --layout planes reads them so.",
    );
  }
  const settings = imageSettings(options);
  const size = arrays.isShaped ? settings.size : null;
  const shape: ImageShape = { ...own, ...size, channels: settings.channels ?? channels };
  const finish = <S extends Split | null>(split: S): S => {
    if (!split) return split;
    arrange(split.images, own, layout);
    return { ...split, images: conform(split.images, own, shape, settings.fit) };
  };
  const { classes } = named;
  const [train, test, validation] = [finish(named.train), finish(named.test), finish(named.validation)];
  const told = notes.map((evidence): Finding => ({ id: "arrays", severity: "note", evidence, fix: "" }));
  const findings = [...(arrays.findings ?? []), ...told];
  return { name: dataset, shape, classes, maximum: 255, train, test, validation, notes, findings };
}

/** Images brought to another size and other channels; as they are where they have them. */
function conform(images: Uint8Array, from: ImageShape, to: ImageShape, fit: "crop" | "pad" | "stretch"): Uint8Array {
  const same = (["height", "width", "channels"] as const).every((side) => from[side] === to[side]);
  if (same) return images;
  const [bytes, wanted] = [bytesIn(from), bytesIn(to)];
  const made = new Uint8Array((images.length / bytes) * wanted);
  for (let i = 0; i * bytes < images.length; i++) {
    const image = { ...from, channels: from.channels as 1 | 3, pixels: images.subarray(i * bytes, (i + 1) * bytes) };
    made.set(resize(toChannels(image, to.channels as 1 | 3), { ...to, fit }).pixels, i * wanted);
  }
  return made;
}

/** Bytes of one image. */
export const bytesIn = ({ height, width, channels }: ImageShape): number => height * width * channels;

/** The numbers of pixels that images given as bare rows may have, and the shape that follows. */
export interface FlatShapes {
  readonly accepts: (numbers: number) => boolean;
  /** Throws `dataError` naming the path where images of so many numbers have no shape. */
  readonly shapeOf: (numbers: number, path: string) => ImageShape;
}

/** As `--image-size` and `--channels` say; square and grey where they do not. */
export function flatShapes({ imageSize, channels }: Pick<LoadOptions, "imageSize" | "channels">): FlatShapes {
  const size = imageSize === undefined ? null : parseImageSize(imageSize);
  const shapeFor = (numbers: number): ImageShape | null => {
    if (size) {
      const found = channels ?? numbers / (size.height * size.width);
      const fits = (found === 1 || found === 3) && size.height * size.width * found === numbers;
      return fits ? { ...size, channels: found } : null;
    }
    const side = Math.sqrt(numbers / (channels ?? 1));
    return Number.isInteger(side) ? { height: side, width: side, channels: channels ?? 1 } : null;
  };
  return {
    accepts: (numbers) => shapeFor(numbers) !== null,
    shapeOf: (numbers, path) => shapeFor(numbers) ?? refuse(numbers, path),
  };

  function refuse(numbers: number, path: string): never {
    if (size) {
      const pixels = size.height * size.width;
      const expected = channels
        ? `${pixels * channels} pixels for --image-size ${imageSize} --channels ${channels}`
        : `${pixels} pixels or ${3 * pixels} (RGB) for --image-size ${imageSize}`;
      throw dataError({ where: path, expected, got: `${numbers}` });
    }
    const rgb = channels === undefined && Number.isInteger(Math.sqrt(numbers / 3));
    throw dataError({
      where: path,
      expected: `as many pixels as a square image of ${channels ?? 1} ${channels === 3 ? "channels" : "channel"} has`,
      got: `${numbers}`,
      fix: rgb
        ? `--channels 3 takes them as RGB of ${Math.sqrt(numbers / 3)}x${Math.sqrt(numbers / 3)}; --image-size HEIGHTxWIDTH says another shape.`
        : "--image-size HEIGHTxWIDTH (and --channels 3 for RGB) says what shape they have.",
    });
  }
}

/** Says what the images will take, and refuses what is too much. */
export const announce = (dataset: string, shape: ImageShape, images: number, options: LoadOptions): void =>
  announceMemory({ dataset, images, shape }, options);
