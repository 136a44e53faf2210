/** Files that lie nowhere but in a list of names: what a layout makes of them needs no disk. */
import { memberTree } from "../../src/data/images/member-tree.js";
import type { FileTree } from "../../src/data/images/tree.js";

/** Paths with `/`; one that ends in `/` is an empty folder. */
export const memoryTree = (paths: readonly string[]): FileTree => ({
  ...memberTree(
    "set",
    paths.map((name) => ({ name })),
    () => [],
  ),
  where: (name) => (name === "" ? "set" : `set/${name}`),
  asFolder: (folder) => `folder:set/${folder}`,
});
