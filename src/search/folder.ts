/** The folder of a search: new, or that of the same search, which goes on. */
import { join } from "node:path";
import { writeAtomically } from "../base/atomic-write.js";
import { usageError } from "../base/errors.js";
import { isFile, kindOf } from "../base/path-kind.js";
import { readSealedJson, sealJson } from "../base/sealed-json.js";
import { claimNumber, makeFolder, namesIn, runsFolder } from "../run/runs.js";
import type { SearchPlan } from "./plan.js";

const searchFile = { what: "the description of a search" };

/** A new folder, or that of the same search. A search may grow by trials: those that there are stay. */
export function openFolder(plan: SearchPlan, out: string | undefined, name: string): string {
  const description = { schema: 1, search: plan.given };
  if (out === undefined) {
    const folder = claimNumber(runsFolder, `search-${name}`.replace(/[^A-Za-z0-9._-]+/g, "-"));
    writeAtomically(join(folder, "search.json"), [sealJson(description, 2)]);
    return folder;
  }
  const file = join(out, "search.json");
  if (isFile(file)) {
    const { search: before } = readSealedJson(file, searchFile);
    const known = (given: unknown): string => JSON.stringify({ ...(given as object), trials: null });
    if (known(before) !== known(plan.given)) {
      const fix = "Put the old file back, or name another folder.";
      throw usageError({ where: `--out ${out}`, expected: "the folder of this search", got: "that of another", fix });
    }
    writeAtomically(file, [sealJson(description, 2)]);
    return out;
  }
  const kind = kindOf(out);
  const names = kind === "folder" ? namesIn(out).filter((each) => !each.startsWith(".heddle-")) : [];
  if ((kind !== "nothing" && kind !== "folder") || names.length > 0) {
    const got = kind === "folder" ? `one with ${names.length} entries (${names.slice(0, 3).join(", ")})` : `a ${kind}`;
    throw usageError({ where: `--out ${out}`, expected: "an absent or empty folder, or that of this search", got });
  }
  makeFolder(out);
  writeAtomically(file, [sealJson(description, 2)]);
  return out;
}
