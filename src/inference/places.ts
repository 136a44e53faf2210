/** Where image files lie that a model is asked about: files, folders with images anywhere below, zip and tar archives. */
import { join } from "node:path";
import { dataError } from "../base/errors.js";
import type { Finding } from "../base/finding.js";
import { sortedNames } from "../base/order.js";
import { isFile, isFolder } from "../base/path-kind.js";
import { readOnce, standardInput } from "../base/read-file.js";
import { foldersOf, imagesBelow } from "../data/images/folders.js";
import { LeftOut } from "../data/images/left-out.js";
import { diskTree, type FileTree, type TreeFile } from "../data/images/tree.js";
import { hasImageName, isImage } from "../formats/image.js";
import { headOf, sniff } from "../formats/sniff.js";
import { RunFolder } from "../run/run-folder.js";

export interface Place {
  /** As it was named. */
  readonly path: string;
  /** The images in it as people call them, in the natural order of their names. */
  readonly names: readonly string[];
  readonly findings: readonly Finding[];
  /** In whatever order the place gives them best; `index` is that of `names`. */
  read(): Iterable<TreeFile> | AsyncIterable<TreeFile>;
  close(): void;
}

/** Throws `dataError` where it cannot be looked into, and for a folder or archive without images. */
export async function openPlace(path: string): Promise<Place> {
  if (path === standardInput) return fileOf(path);
  if (isFolder(path)) return placeOf(path, diskTree(path), () => {});
  const kind = archiveKind(path);
  if (kind === "tar") return placeOf(path, await (await import("../data/tar.js")).tarTree(path), () => {});
  if (kind === "zip") {
    const [{ ZipArchive }, { zipTree }] = await Promise.all([import("../formats/zip.js"), import("../data/zip.js")]);
    const archive = await ZipArchive.open(path);
    return placeOf(path, await zipTree(archive), () => archive.close());
  }
  return fileOf(path);
}

function fileOf(path: string): Place {
  const file = { index: 0, bytes: () => readOnce(path, "an image file") };
  return { path, names: [path], findings: [], read: () => [file], close: () => {} };
}

/** True for what holds images, and for a name that ends as an image's: what is not there is missed as an image. */
export function namesImages(path: string): boolean {
  if (path === standardInput || hasImageName(path) || archiveKind(path) !== null) return true;
  if (isFolder(path)) return !isRun(path) && foldersOf(diskTree(path), new LeftOut()).count > 0;
  const head = headOf(path);
  return head !== null && isImage(head);
}

/** Its pictures are figures. */
function isRun(path: string): boolean {
  const { runFile, modelFile, checkpointFile } = new RunFolder(path);
  return [runFile, modelFile, checkpointFile].some(isFile);
}

function archiveKind(path: string): "zip" | "tar" | null {
  const what = sniff(headOf(path) ?? new Uint8Array(1))?.what;
  if (what === "a zip archive") return "zip";
  return what === "a tar archive" || (what === "gzip data" && /\.(?:tar\.gz|tgz)$/i.test(path)) ? "tar" : null;
}

function placeOf(path: string, tree: FileTree, close: () => void): Place {
  const leftOut = new LeftOut();
  const names = sortedNames(imagesBelow(foldersOf(tree, leftOut)), "natural");
  if (names.length === 0) {
    close();
    throw dataError({ where: path, expected: "images, by the endings of their names", got: "none" });
  }
  return {
    path,
    names: names.map((name) => join(path, name)),
    findings: leftOut.finding(),
    read: () => tree.read(names),
    close,
  };
}
