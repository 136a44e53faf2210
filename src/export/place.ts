/** Where an export may go: not over the model that it is made of, nor over another file of its run. */
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { usageError } from "../base/errors.js";
import { RunFolder } from "../run/run-folder.js";

/** Throws `usageError` where writing `out` would cost the run one of its own files. `model`: the file that was read. */
export function checkPlace(out: string, model: string): void {
  const place = realOf(out);
  if (place === null) return;
  const own = [model, ...new RunFolder(dirname(model)).files];
  if (!own.some((path) => realOf(path) === place)) return;
  const got = `the run's own ${basename(place)}`;
  throw usageError({ where: `--out ${out}`, expected: "a file beside the model", got, fix: "Choose another name." });
}

/** Through links; a file that is not there yet lies in its folder. Null where there is none. */
function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return null;
    }
  }
}
