/** Shows what loading a data set tells: notes as lines, and a bar where it takes long. */

import { type LoadEvent } from "../index.js";
import { chooseRenderer } from "./progress/index.js";

export async function whileLoading<T>(
  options: { readonly quiet?: boolean; readonly json?: boolean },
  work: (onEvent: (event: LoadEvent) => void) => Promise<T>,
): Promise<T> {
  const wishes = { quiet: options.quiet === true, bar: !options.json };
  const renderer = await chooseRenderer(wishes, process.stderr, process.env);
  try {
    return await work((event) => renderer.onEvent(event));
  } finally {
    renderer.close();
  }
}
