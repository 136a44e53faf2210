/** `zip:FILE`: a zip archive of what `folder:PATH` takes, read in place: every CRC is checked, and nothing is unpacked to disk. */
import { dataError, type HeddleError } from "../base/errors.js";
import { someOf } from "../base/finding.js";
import type { ZipArchive } from "../formats/zip.js";
import { type DatasetScheme, imageFileSettings } from "./dataset.js";
import type { FileTree } from "./images/tree.js";

export const zip: DatasetScheme = {
  name: "zip",
  summary: "your own images in a zip archive, laid out as for folder:PATH; it is read in place",
  settings: imageFileSettings,
  ending: /\.zip$/i,
  looksLike: ({ what, path }) => what === "a zip archive" && !/\.npz$/i.test(path),
  async load(path, options) {
    const [{ ZipArchive }, { listClassFolders }, { loadImages }, { hasImageName }] = await Promise.all([
      import("../formats/zip.js"),
      import("./images/listing.js"),
      import("./images/load.js"),
      import("../formats/image.js"),
    ]);
    const archive = await ZipArchive.open(path);
    try {
      const inner = archive.members.filter(({ name }) => /\.(?:zip|tar|tgz|gz|7z|rar|xz|bz2|zst)$/i.test(name));
      if (inner.length > 0 && !archive.members.some(({ name }) => hasImageName(name))) {
        throw holdsArchives(
          path,
          inner.map(({ name }) => name),
        );
      }
      const tree = await zipTree(archive);
      return await loadImages(`zip:${path}`, tree, listClassFolders(tree, options.order), options);
    } finally {
      archive.close();
    }
  },
};

/** The members of an archive, which must stay open while they are read. */
export async function zipTree(archive: ZipArchive): Promise<FileTree> {
  const { memberTree, mostImageBytes } = await import("./images/member-tree.js");
  return memberTree(archive.path, archive.members, function* (names) {
    for (const [index, name] of names.entries()) yield { index, bytes: () => archive.read(name, mostImageBytes) };
  });
}

const holdsArchives = (where: string, names: readonly string[]): HeddleError =>
  dataError({
    where,
    expected: "images in class folders",
    got: `an archive that holds others (${someOf(names)})`,
    fix: "Unpack it once, and name the one with the images: zip:FILE or tar:FILE.",
  });
