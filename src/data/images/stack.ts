/** Images of one shape, one after the other in one array. */
import { dataError } from "../../errors.js";
import type { ImageShape, LoadOptions } from "../dataset.js";
import { type DecodedImage, toChannels } from "../formats/pixels.js";
import { announceMemory } from "../memory.js";
import type { ImageFile } from "./listing.js";

export class Stack {
  readonly #dataset: string;
  readonly #most: number;
  readonly #options: LoadOptions;
  #shape: ImageShape | null = null;
  #first: ImageFile | null = null;
  #images: Uint8Array = new Uint8Array(0);
  #count = 0;

  /** For at most `most` images. */
  constructor(dataset: string, most: number, options: LoadOptions) {
    this.#dataset = dataset;
    this.#most = most;
    this.#options = options;
  }

  /** Throws `dataError` where its size is not that of the first. All become RGB with the first one that is. */
  add(image: DecodedImage, file: ImageFile): void {
    const { height, width } = image;
    if (!this.#shape || !this.#first) {
      this.#first = file;
      this.#shape = { height, width, channels: image.channels };
      this.#images = this.#allocate(this.#shape);
    } else if (height !== this.#shape.height || width !== this.#shape.width) {
      throw dataError({
        where: file.path,
        expected: `an image of ${this.#shape.height}x${this.#shape.width} like ${this.#first.path}`,
        got: `${height}x${width}`,
        fix: "--image-size HEIGHTxWIDTH brings all to one size (--fit says how).",
      });
    } else if (image.channels === 3 && this.#shape.channels === 1) this.#colour();
    const { pixels } = toChannels(image, this.#shape.channels as 1 | 3);
    this.#images.set(pixels, this.#count * pixels.length);
    this.#count++;
  }

  /** Throws `dataError` where there is no image. */
  finish(): { shape: ImageShape; images: Uint8Array } {
    if (!this.#shape)
      throw dataError({ where: this.#dataset, expected: "at least one image that decodes", got: "none" });
    const { height, width, channels } = this.#shape;
    return { shape: this.#shape, images: this.#images.subarray(0, this.#count * height * width * channels) };
  }

  #allocate(shape: ImageShape): Uint8Array {
    announceMemory({ dataset: this.#dataset, images: this.#most, shape }, this.#options);
    return new Uint8Array(this.#most * shape.height * shape.width * shape.channels);
  }

  /** What was grey until now gets three equal channels. */
  #colour(): void {
    const { height, width } = this.#shape!;
    const grey = this.#images.subarray(0, this.#count * height * width);
    this.#shape = { height, width, channels: 3 };
    this.#images = this.#allocate(this.#shape);
    for (let i = 0; i < grey.length; i++) this.#images.fill(grey[i], 3 * i, 3 * i + 3);
  }
}
