/** The tree that the members of an archive make, by their names alone: nothing is unpacked, nothing is written. */
import { dataError } from "../../base/errors.js";
import { byCodeUnit } from "../../base/order.js";
import type { FileTree, TreeEntry, TreeFile } from "./tree.js";

export interface Member {
  /** With `/` between folders (`formats/archive-names.ts`); one that ends in `/` is a folder, empty or not. */
  readonly name: string;
  readonly kind?: TreeEntry["kind"];
}

/** An image file is no larger: more is no picture, and is refused before it takes memory. */
export const mostImageBytes = 2 ** 30;

/** `read` gives the files of these names in whatever order the archive gives them best. Throws `dataError` for a name that is a file and a folder. */
export function memberTree(
  root: string,
  members: Iterable<Member>,
  read: (names: readonly string[]) => Iterable<TreeFile> | AsyncIterable<TreeFile>,
): FileTree {
  const folders = new Map<string, Map<string, TreeEntry["kind"]>>([["", new Map()]]);
  for (const { name, kind = "file" } of members) {
    const parts = name.split("/");
    const own = parts.pop()!;
    let path = "";
    for (const part of parts) {
      put(folders.get(path)!, part, "folder");
      path = path === "" ? part : `${path}/${part}`;
      if (!folders.has(path)) folders.set(path, new Map());
    }
    if (own !== "") put(folders.get(path)!, own, kind);
  }
  const where = (name: string): string => (name === "" ? root : `${root}, ${name}`);
  return {
    root,
    entries: (folder) =>
      Array.from(folders.get(folder) ?? [], ([name, kind]) => ({ name, kind })).sort((a, b) =>
        byCodeUnit(a.name, b.name),
      ),
    where,
    onDisk: () => root,
    asFolder: (folder) => `folder:PATH/${folder}, once it is unpacked to PATH`,
    read,
  };

  function put(inside: Map<string, TreeEntry["kind"]>, name: string, kind: TreeEntry["kind"]): void {
    const before = inside.get(name) ?? kind;
    if (before !== kind) {
      const expected = "names that are files or folders";
      throw dataError({ where: root, expected, got: `${JSON.stringify(name)}, which is both`, fix: "Pack it anew." });
    }
    inside.set(name, kind);
  }
}
