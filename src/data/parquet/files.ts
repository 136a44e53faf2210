/** The parquet files of a set: one, or those of a folder as it is downloaded, each the part of a split. */
import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { dataError, type HeddleError } from "../../base/errors.js";
import { someOf } from "../../base/finding.js";
import { sortedBy } from "../../base/order.js";
import { kindOf } from "../../base/path-kind.js";
import { type SplitName, splitInName, splitOfFolder } from "../split-words.js";

export interface ParquetPart {
  readonly path: string;
  readonly split: SplitName;
}

/** Throws `dataError` where there is none, a part is missing, or it is not told which is which. */
export function parquetParts(path: string): ParquetPart[] {
  const kind = kindOf(path);
  if (kind === "nothing")
    throw dataError({ where: path, expected: "a parquet file, or a folder of them", got: "no such file" });
  if (kind !== "folder") return [{ path, split: "train" }];
  const found = filesBelow(path, 3);
  const names = found.filter(({ name }) => /\.parquet$/i.test(name)).map(({ below, name }) => `${below}${name}`);
  if (names.length === 0)
    throw noParquet(
      path,
      found.map(({ name }) => name),
    );
  if (names.length === 1 && splitOf(names[0]) === null) return [{ path: join(path, names[0]), split: "train" }];
  const parts = names.flatMap((name) => {
    const split = splitOf(name);
    return split ? [{ name, path: join(path, name), split }] : [];
  });
  if (parts.length < names.length)
    throw unclear(
      path,
      names.filter((name) => splitOf(name) === null),
    );
  const isOne = new Set(parts.map(({ split }) => split)).size === 1;
  if (!isOne && !parts.some(({ split }) => split === "train")) {
    throw dataError({ where: path, expected: "files of a training split (train-….parquet)", got: someOf(names) });
  }
  checkWhole(path, parts);
  return sortedBy(parts, ({ name }) => name, "natural").map(({ path: file, split }) => ({ path: file, split }));
}

/** `data/train-00000-of-00002.parquet`, or `train/0000.parquet`. */
function splitOf(name: string): SplitName | null {
  const parts = name.split("/");
  const own = splitInName(parts.pop()!.replace(/\.parquet$/i, ""));
  return own ?? (parts.length > 0 ? splitOfFolder(parts[parts.length - 1]) : null);
}

/** `…-00000-of-00002` says how many there are. Also, parts of two sets (configurations) lie in two folders. */
function checkWhole(where: string, parts: readonly { name: string; split: SplitName }[]): void {
  for (const split of new Set(parts.map((part) => part.split))) {
    const own = parts.filter((part) => part.split === split).map(({ name }) => name);
    const families = new Set(own.map((name) => name.replace(/\d+/g, "#")));
    if (families.size > 1) {
      const fix = "Name the folder of one set, or one file.";
      throw dataError({ where, expected: `one set of files for the ${split} split`, got: someOf(own, 6), fix });
    }
    const total = Number(/-of-(\d+)/.exec(own[0])?.[1] ?? own.length);
    if (own.length === total) continue;
    throw dataError({
      where,
      expected: `${total} files of the ${split} split, as their names say`,
      got: `${own.length} (${someOf(own)})`,
      fix: "Fetch the others, or name one file.",
    });
  }
}

interface Below {
  /** With a `/` behind it; "" for the folder itself. */
  readonly below: string;
  readonly name: string;
}

function filesBelow(root: string, depth: number, below = ""): Below[] {
  const visible = readdirSync(join(root, below), { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  return visible.flatMap((entry: Dirent) => {
    if (!entry.isDirectory()) return [{ below, name: entry.name }];
    return depth > 0 ? filesBelow(root, depth - 1, `${below}${entry.name}/`) : [];
  });
}

function noParquet(where: string, names: readonly string[]): HeddleError {
  const isSaved = names.some((name) => /\.arrow$/i.test(name));
  return dataError({
    where,
    expected: "parquet files",
    got: isSaved ? "Arrow files, as save_to_disk of datasets writes them" : "none",
    fix: isSaved ? "Write them as parquet: datasets.load_from_disk(PATH)[SPLIT].to_parquet(FILE)." : "",
  });
}

const unclear = (where: string, names: readonly string[]): HeddleError =>
  dataError({
    where,
    expected: "names that say the split (train-….parquet, test-….parquet)",
    got: someOf(names),
    fix: "Name one file, or rename them.",
  });
