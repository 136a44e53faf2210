/** Which image a cell of a table means: by its path, without its ending, or by the last part of a path of another machine. */
import { type SplitName, splitOfFolder } from "../split-words.js";

export interface Found {
  readonly name: string;
  /** True where the table's path leads elsewhere and only its last parts were met. */
  readonly byEnd: boolean;
}

const withoutEnding = (name: string): string => name.replace(/\.[A-Za-z]{2,5}$/, "");
const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** The images below a folder, by their names. */
export class NamedFiles {
  readonly #byEnd = new Map<string, string[]>();

  /** Paths with `/`. */
  constructor(names: Iterable<string>) {
    for (const name of names) {
      for (const key of new Set([lastPart(name), withoutEnding(lastPart(name))].map(normal))) {
        const same = this.#byEnd.get(key);
        if (same) same.push(name);
        else this.#byEnd.set(key, [name]);
      }
    }
  }

  /** The images that a cell may mean, most likely one; of several those in the folder of the row's split. */
  find(cell: string, split: SplitName): readonly Found[] {
    const asked = normal(cell.replaceAll("\\", "/"))
      .split("/")
      .filter((part) => part !== "" && part !== ".");
    if (asked.length === 0) return [];
    const candidates = this.#byEnd.get(asked[asked.length - 1]) ?? [];
    for (let from = 0; from < asked.length; from++) {
      const path = asked.slice(from).join("/");
      const exact = candidates.filter((name) => isPath(name, path));
      if (exact.length === 1) return [{ name: exact[0], byEnd: from > 0 }];
      // A name alone may lie in folders below, one of which is that of the split.
      const below = exact.length > 0 ? exact : candidates.filter((name) => endsAs(name, path));
      const own = below.filter((name) => name.split("/").some((part) => splitOfFolder(part) === split));
      const left = own.length > 0 ? own : below;
      if (left.length > 0) return left.map((name) => ({ name, byEnd: from > 0 }));
    }
    return [];
  }
}

const normal = (name: string): string => name.normalize("NFC");
const isPath = (name: string, path: string): boolean => normal(name) === path || withoutEnding(normal(name)) === path;
const endsAs = (name: string, path: string): boolean =>
  normal(name).endsWith(`/${path}`) || withoutEnding(normal(name)).endsWith(`/${path}`);
