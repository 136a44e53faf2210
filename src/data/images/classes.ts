/** What the labels of a user's own set must be. */
import { dataError } from "../../errors.js";
import type { Split } from "../dataset.js";

/** Every class has an image in the training split, and there are two at least. Throws `dataError`. */
export function checkClasses(where: string, classes: readonly string[], { labels }: Pick<Split, "labels">): void {
  const present = new Set(labels);
  const empty = classes.findIndex((_, label) => !present.has(label));
  if (empty >= 0) {
    throw dataError({ where, expected: `training images of each class`, got: `none of ${classes[empty]}` });
  }
  if (classes.length < 2) {
    throw dataError({ where, expected: "images of at least 2 classes", got: `one class (${classes.join("")})` });
  }
}
