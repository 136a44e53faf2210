/** The images of a tree as folders in memory, as `layout.ts` reads them. */
import { extname } from "node:path";
import { dataError } from "../../base/errors.js";
import { hasImageName } from "../../formats/image.js";
import type { LeftOut } from "./left-out.js";
import type { FileTree } from "./tree.js";

export interface Folder {
  /** "" for the root. */
  readonly name: string;
  /** Below the root, with `/`; "" for the root itself. */
  readonly path: string;
  readonly folders: Map<string, Folder>;
  /** Names of the images that lie in it. */
  readonly images: string[];
  /** Images in it and below. */
  count: number;
}

export const newFolder = (name = "", path = ""): Folder => ({ name, path, folders: new Map(), images: [], count: 0 });

/** Its folder of that name, made where there is none. */
export function folderIn(parent: Folder, name: string): Folder {
  let folder = parent.folders.get(name);
  if (!folder) {
    folder = newFolder(name, parent.path === "" ? name : `${parent.path}/${name}`);
    parent.folders.set(name, folder);
  }
  return folder;
}

/** What desktops, archivers and storage servers leave in folders. Names that begin with a dot are theirs too. */
const systemNames = new Set([
  "__macosx",
  "@eadir",
  "thumbs.db",
  "desktop.ini",
  "$recycle.bin",
  "#recycle",
  "lost+found",
]);

const isSystems = (name: string): boolean => name.startsWith(".") || systemNames.has(name.toLowerCase());

/** Where links lead back and forth between folders, their paths have no end. */
const mostFolders = 200_000;

/** All images below a folder of the tree; what is passed over on the way is counted. Throws `dataError` where it cannot be looked into. */
export function foldersOf(tree: FileTree, leftOut: LeftOut, from = ""): Folder {
  const root = newFolder("", from);
  let visited = 0;
  const fill = (folder: Folder): void => {
    if (++visited > mostFolders) {
      throw dataError({
        where: tree.root,
        expected: `at most ${mostFolders} folders`,
        got: "more: do links lead in circles?",
      });
    }
    for (const { name, kind } of tree.entries(folder.path)) {
      const own = folder.path === "" ? name : `${folder.path}/${name}`;
      if (isSystems(name)) leftOut.add("system", name);
      else if (kind === "folder") {
        const inside = folderIn(folder, name);
        fill(inside);
        folder.count += inside.count;
      } else if (kind === "file" && hasImageName(name)) {
        folder.images.push(name);
        folder.count++;
      } else if (kind === "file") leftOut.add(...otherFormat(name));
      else leftOut.add(kind, own);
    }
  };
  fill(root);
  return root;
}

/** Endings of pictures of other formats: who has such files misses them. */
const pictures = new Set([
  "bmp",
  "dib",
  "heic",
  "heif",
  "jxl",
  "jp2",
  "j2k",
  "ppm",
  "pgm",
  "pbm",
  "pnm",
  "tga",
  "ico",
  "psd",
  "exr",
  "hdr",
  "dcm",
  "cr2",
  "nef",
  "arw",
  "dng",
]);

function otherFormat(name: string): [kind: "format" | "picture", ending: string] {
  const ending = extname(name).toLowerCase();
  return [pictures.has(ending.slice(1)) ? "picture" : "format", ending || "no ending"];
}

/** Paths of all images in the folder and below. */
export function* imagesBelow({ path, folders, images }: Folder): Generator<string> {
  for (const name of images) yield path === "" ? name : `${path}/${name}`;
  for (const folder of folders.values()) yield* imagesBelow(folder);
}
