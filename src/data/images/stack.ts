/** Images of one shape, one after the other in one array, put there in whatever order they come. */
import { dirname } from "node:path";
import { dataError } from "../../base/errors.js";
import { reasonOf } from "../../base/read-file.js";
import type { ImageShape } from "../../base/shape.js";
import { type DecodedImage, toChannels } from "../../formats/pixels.js";
import type { LoadOptions } from "../dataset.js";
import { announceMemory } from "../memory.js";
import { FileStore, MemoryStore, refuseTooLarge, wantsFile } from "./store.js";

export class Stack {
  readonly #dataset: string;
  readonly #most: number;
  readonly #options: LoadOptions;
  readonly #largest: number;
  /** Where a set that is large is to lie. */
  readonly #cachePath: string | null;
  #shape: ImageShape | null = null;
  #store: MemoryStore | FileStore = new MemoryStore(0);
  /** 1 for each place that has its image. */
  readonly #filled: Uint8Array;

  /** For at most `most` images, `largest` of them in one split. */
  constructor(dataset: string, most: number, options: LoadOptions, cachePath: string | null = null, largest = most) {
    [this.#cachePath, this.#largest] = [cachePath, largest];
    this.#dataset = dataset;
    this.#most = most;
    this.#options = options;
    this.#filled = new Uint8Array(most);
  }

  /** Puts an image into its place; false where its size is not that of the first. All become RGB with the first one that is. */
  put(place: number, image: DecodedImage): boolean {
    const { height, width } = image;
    if (!this.#shape) {
      this.#shape = { height, width, channels: image.channels };
      this.#store = this.#allocate(this.#shape);
    } else if (height !== this.#shape.height || width !== this.#shape.width) return false;
    else if (image.channels === 3 && this.#shape.channels === 1) this.#color();
    const { pixels } = toChannels(image, this.#shape.channels as 1 | 3);
    this.#store.set(place * pixels.length, pixels);
    this.#filled[place] = 1;
    return true;
  }

  /** The images without the places that were left empty. Throws `dataError` where there is no image. */
  finish(): { shape: ImageShape; store: MemoryStore | FileStore } {
    if (!this.#shape)
      throw dataError({ where: this.#dataset, expected: "at least one image that decodes", got: "none" });
    const { height, width, channels } = this.#shape;
    const bytes = height * width * channels;
    let count = 0;
    for (const [place, isFilled] of this.#filled.entries()) {
      if (!isFilled) continue;
      if (count < place) this.#store.set(count * bytes, this.#store.get(place * bytes, bytes));
      count++;
    }
    this.#store.end(count * bytes);
    return { shape: this.#shape, store: this.#store };
  }

  /** Lets go of a file that was begun. */
  discard(): void {
    if (this.#store instanceof FileStore) this.#store.discard();
  }

  #allocate(shape: ImageShape): MemoryStore | FileStore {
    const imageBytes = shape.height * shape.width * shape.channels;
    const bytes = this.#most * imageBytes;
    // Before hours are spent on decoding what cannot be used.
    refuseTooLarge(this.#dataset, this.#largest * imageBytes);
    if (this.#cachePath !== null && wantsFile(bytes, this.#options.mapFrom)) {
      try {
        return new FileStore(this.#cachePath);
      } catch (error) {
        const where = dirname(this.#cachePath);
        this.#options.onEvent?.({ kind: "note", text: `Decoded images cannot lie in ${where}: ${reasonOf(error)}.` });
      }
    }
    refuseTooLarge(this.#dataset, bytes);
    announceMemory({ dataset: this.#dataset, images: this.#most, shape }, this.#options);
    return new MemoryStore(bytes);
  }

  /** What was grey until now gets three equal channels. */
  #color(): void {
    const { height, width } = this.#shape!;
    const [grey, pixels] = [this.#store, height * width];
    this.#shape = { height, width, channels: 3 };
    this.#store = this.#allocate(this.#shape);
    const colored = new Uint8Array(3 * pixels);
    for (const [place, isFilled] of this.#filled.entries()) {
      if (!isFilled) continue;
      const image = grey.get(place * pixels, pixels);
      for (let i = 0; i < pixels; i++) colored.fill(image[i], 3 * i, 3 * i + 3);
      this.#store.set(place * colored.length, colored);
    }
    if (grey instanceof FileStore) grey.discard();
  }
}
