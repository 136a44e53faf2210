/** Which split a name speaks of, in file names, keys of arrays and cells of tables. */

export type SplitName = "train" | "test" | "validation";

const words: Readonly<Record<SplitName, readonly string[]>> = {
  train: ["train", "training", "trn", "tr"],
  test: ["test", "testing", "tst", "te", "t10k"],
  validation: ["val", "valid", "validation", "dev", "development", "va"],
};

/** The words of a name: `x_train`, `trainImages`, `Xtest`, `trainy`, `kmnist-test-imgs.npz`. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/(?<![a-z])([xy])(?=(train|test|val|valid)(?![a-z]))/g, "$1 ")
    .replace(/(?<=(?<![a-z])(?:train|test|val|valid))([xy])(?![a-z])/g, " $1")
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");

const splitOfWord = (word: string): SplitName | null =>
  (Object.keys(words) as SplitName[]).find((split) => words[split].includes(word)) ?? null;

/** Null where none of the words names a split, or where two name different ones. */
export function splitInName(name: string): SplitName | null {
  const found = new Set(wordsOf(name).flatMap((word) => splitOfWord(word) ?? []));
  return found.size === 1 ? [...found][0] : null;
}

/** Words that may stand beside it in the name of a folder. */
const besides = new Set(["set", "split", "data", "dataset", "images", "imgs", "img", "folder"]);

/** The split that a folder of this name holds, as `Train`, `test_set`, `train-images`; null for any other name. */
export function splitOfFolder(name: string): SplitName | null {
  const found = wordsOf(name)
    .map((word) => word.replace(/(?<=^(?:train|training|test|val|valid|validation))set$/, ""))
    .filter((word) => !besides.has(word));
  // Two letters may be anything.
  return found.length === 1 && found[0].length > 2 ? splitOfWord(found[0]) : null;
}

/**
 * The split that stands in a longer name, as in `seg_train`, `train2017`, `cat (test)`: with the words beside it but for numbers,
 * and with what is left of the name without it. Null where no word names a split, or where several do.
 */
export function namesSplit(name: string): { split: SplitName; rest: string; className: string } | null {
  const found = wordsOf(name)
    .map((word) => word.replace(/(?<=[a-z])\d+$/, ""))
    .filter((word) => !/^\d+$/.test(word) && !besides.has(word));
  const named = found.filter((word) => word.length > 2 && splitOfWord(word) !== null);
  if (named.length !== 1) return null;
  const [word] = named;
  const className = name.replace(new RegExp(`[^\\p{L}\\p{N}]*${word}\\d*[^\\p{L}\\p{N}]*`, "iu"), "_");
  return {
    split: splitOfWord(word)!,
    rest: found.filter((other) => other !== word).join(" "),
    className: className.replace(/^_+|_+$/g, ""),
  };
}

/** What a cell of such a column says: "Training", "PublicTest", or yes and no under `is_test`. Null for anything else. */
export function splitInCell(column: string, cell: string): SplitName | null {
  const asked = /^is_(.+)$/.exec(column.toLowerCase());
  if (!asked) return special[cell.toLowerCase()] ?? splitInName(cell);
  const isYes = /^(1|true|yes|t|y)$/i.test(cell);
  if (!isYes && !/^(0|false|no|f|n)$/i.test(cell)) return null;
  const split = splitOfWord(asked[1]);
  if (split === "train") return isYes ? "train" : "test";
  return isYes ? split : "train";
}

/** As the FER-2013 competition called them. */
const special: Readonly<Record<string, SplitName>> = { publictest: "validation", privatetest: "test" };

/** True for what tables of text are called. */
export const isTableName = (name: string): boolean => /\.(csv|tsv|txt)(\.gz)?$/i.test(name);
