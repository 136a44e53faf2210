/** Which image a cell of a table means: by its path, without its ending, or by the last part of a path of another machine. */
import { type SplitName, splitOfFolder } from "../split-words.js";

export interface Found {
  readonly name: string;
  /** True where the table's path leads elsewhere and only its last parts were met. */
  readonly byEnd: boolean;
  /** True where it is written in small letters for capitals, or the other way round. */
  readonly byCase: boolean;
}

const withoutEnding = (name: string): string => name.replace(/\.[A-Za-z]{2,5}$/, "");
const lastPart = (name: string): string => name.slice(name.lastIndexOf("/") + 1);

/** The images below a folder, by their names. */
export class NamedFiles {
  readonly #byEnd = new Map<string, string[]>();
  /** Of names in small letters; made when the first one is not there as it is written. */
  #lower: NamedFiles | null = null;
  #written: ReadonlyMap<string, string> = new Map();
  readonly #names: readonly string[];

  /** Paths with `/`. */
  constructor(names: Iterable<string>) {
    this.#names = [...names];
    for (const name of this.#names) {
      for (const key of new Set([lastPart(name), withoutEnding(lastPart(name))].map(normal))) {
        const same = this.#byEnd.get(key);
        if (same) same.push(name);
        else this.#byEnd.set(key, [name]);
      }
    }
  }

  /** The images that a cell may mean, most likely one; of several those in the folder of the row's split. */
  find(cell: string, split: SplitName): readonly Found[] {
    const found = this.#find(cell, split);
    return found.length > 0 ? found : this.#inOtherCase(cell, split);
  }

  /** What Windows takes for the same name; nothing where two files differ in that alone. */
  #inOtherCase(cell: string, split: SplitName): Found[] {
    if (!this.#lower) {
      this.#written = new Map(this.#names.map((name) => [name.toLowerCase(), name]));
      this.#lower = new NamedFiles(this.#written.size === this.#names.length ? this.#written.keys() : []);
    }
    const found = this.#lower.#find(cell.toLowerCase(), split);
    return found.map(({ name, byEnd }) => ({ name: this.#written.get(name)!, byEnd, byCase: true }));
  }

  #find(cell: string, split: SplitName): Found[] {
    const asked = normal(cell.replaceAll("\\", "/"))
      .split("/")
      .filter((part) => part !== "" && part !== ".");
    if (asked.length === 0) return [];
    const candidates = this.#byEnd.get(asked[asked.length - 1]) ?? [];
    for (let from = 0; from < asked.length; from++) {
      const path = asked.slice(from).join("/");
      const exact = candidates.filter((name) => isPath(name, path));
      if (exact.length === 1) return [{ name: exact[0], byEnd: from > 0, byCase: false }];
      // A name alone may lie in folders below, one of which is that of the split.
      const below = exact.length > 0 ? exact : candidates.filter((name) => endsAs(name, path));
      const own = below.filter((name) => name.split("/").some((part) => splitOfFolder(part) === split));
      const left = own.length > 0 ? own : below;
      if (left.length > 0) return left.map((name) => ({ name, byEnd: from > 0, byCase: false }));
    }
    return [];
  }
}

const normal = (name: string): string => name.normalize("NFC");
const isPath = (name: string, path: string): boolean => normal(name) === path || withoutEnding(normal(name)) === path;
const endsAs = (name: string, path: string): boolean =>
  normal(name).endsWith(`/${path}`) || withoutEnding(normal(name)).endsWith(`/${path}`);
