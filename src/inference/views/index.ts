/** The registry of views of an image, and how the text of `--tta` is read. */
import { didYouMean, usageError } from "../../base/errors.js";
import type { ImageShape } from "../../base/shape.js";
import { diagonal } from "./diagonal.js";
import { flip } from "./flip.js";
import { shift } from "./shift.js";
import type { View, ViewKind } from "./view.js";

// biome-ignore format: a line each
export const viewKinds: readonly ViewKind[] = [
  flip,
  shift,
  diagonal,
];

const identity: View = (row, column) => [row, column];
const where = "--tta";

/**
 * The views of "flip, shift 1", the image as it is first: each of a word's together with each of the others', 2 times 5. Throws
 * `usageError`.
 */
export function parseViews(text: string, shape: ImageShape): readonly View[] {
  const names = viewKinds.map(({ name }) => name);
  if (shape.height * shape.width === 1) {
    throw usageError({ where, expected: "a model of images", got: "one of rows of a table", fix: "Leave it out." });
  }
  const seen = new Set<string>();
  return text.split(",").reduce<readonly View[]>(
    (views, part) => {
      const [, name, value] = /^(\S*)\s*(.*)$/s.exec(part.trim()) ?? ["", part, ""];
      const kind = viewKinds.find((each) => each.name === name);
      if (!kind) {
        const expected = `a list of ${names.join(", ")}`;
        throw usageError({ where, expected, got: JSON.stringify(part.trim()), fix: didYouMean(name, names) });
      }
      if (seen.has(part.trim())) throw usageError({ where, expected: "each view once", got: `${part.trim()} twice` });
      seen.add(part.trim());
      const more = kind.views(value, shape);
      if (!more) {
        const got = value === "" ? "nothing" : JSON.stringify(value);
        throw usageError({ where: `${where}, ${name}`, expected: kind.expected, got });
      }
      return [identity, ...more].flatMap((outer) =>
        views.map(
          (inner): View =>
            (row, column, of) =>
              inner(...outer(row, column, of), of),
        ),
      );
    },
    [identity],
  );
}

/** The images [count][height][width][channels] as a view shows them. */
export function seen(images: Uint8Array, view: View, shape: ImageShape): Uint8Array {
  const { height, width, channels } = shape;
  const [size, result] = [height * width * channels, new Uint8Array(images.length)];
  const inside = (at: number, length: number): number => Math.min(Math.max(at, 0), length - 1);
  for (let row = 0, to = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [r, c] = view(row, column, shape);
      const from = (inside(r, height) * width + inside(c, width)) * channels;
      for (let channel = 0; channel < channels; channel++, to++) {
        for (let at = 0; at < images.length; at += size) result[at + to] = images[at + from + channel];
      }
    }
  }
  return result;
}
