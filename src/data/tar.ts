/**
 * `tar:FILE`: a tar archive, plain or gzipped, of what `folder:PATH` takes, read in place: once for its names and once for its
 * images, as a tar has no directory. Nothing is unpacked to disk, and links lead nowhere.
 */
import { extname } from "node:path";
import { dataError, type HeddleError } from "../base/errors.js";
import type { TarFile } from "../formats/tar.js";
import { type DatasetScheme, imageFileSettings } from "./dataset.js";
import type { Member } from "./images/member-tree.js";
import type { FileTree, TreeEntry } from "./images/tree.js";

export const tar: DatasetScheme = {
  name: "tar",
  summary: "your own images in a .tar or .tar.gz archive, laid out as for folder:PATH; it is read in place",
  settings: imageFileSettings,
  ending: /\.(?:tar|tar\.gz|tgz)$/i,
  looksLike: ({ what, path }) => what === "a tar archive" || (what === "gzip data" && /\.(?:tar\.gz|tgz)$/i.test(path)),
  async load(path, options) {
    const [{ listClassFolders }, { loadImages }] = await Promise.all([
      import("./images/listing.js"),
      import("./images/load.js"),
    ]);
    const tree = await tarTree(path);
    return loadImages(`tar:${path}`, tree, listClassFolders(tree, options.order), options);
  },
};

const kinds: Readonly<Record<TarFile["kind"], TreeEntry["kind"]>> = {
  file: "file",
  folder: "folder",
  link: "linked",
  special: "special",
};

/** Throws `dataError` for an archive that is damaged, holds a name twice, or is laid out for WebDataset. */
export async function tarTree(path: string): Promise<FileTree> {
  const [{ tarFiles }, { cleanName }, { memberTree, mostImageBytes }] = await Promise.all([
    import("../formats/tar.js"),
    import("../formats/archive-names.js"),
    import("./images/member-tree.js"),
  ]);
  const members = new Map<string, Member>();
  for await (const { name: written, kind } of tarFiles(path)) {
    const name = cleanName(written, path);
    if (kind === "folder" || name === "" || name.endsWith("/")) {
      if (name !== "") members.set(`${name.replace(/\/$/, "")}/`, { name: `${name.replace(/\/$/, "")}/` });
      continue;
    }
    if (members.has(name)) throw holdsTwice(path, name);
    members.set(name, { name, kind: kinds[kind] });
    if (members.size > mostMembers) throw tooMany(path);
  }
  const beside = [...members.keys()].filter((name) => /\.cls$/i.test(name) || isBesideImage(name, members));
  if (beside.length > 0) throw webDataset(path, beside.length, extname(beside[0]));
  return memberTree(path, members.values(), async function* (names) {
    const places = new Map(names.map((name, index) => [name, index]));
    for await (const file of tarFiles(path)) {
      const index = file.kind === "file" ? places.get(cleanName(file.name, path)) : undefined;
      if (index === undefined) continue;
      // Its bytes come by now or never: the archive goes on.
      const bytes = await file.read(mostImageBytes);
      places.delete(names[index]);
      yield { index, bytes: () => Promise.resolve(bytes) };
      if (places.size === 0) return;
    }
    const [gone] = places.keys();
    if (gone !== undefined) {
      const expected = `a file ${gone}, as when it was listed`;
      throw dataError({ where: path, expected, got: "none: the archive was changed" });
    }
  });
}

/** `000017.json` beside `000017.jpg`, in no folder. */
const isBesideImage = (name: string, members: ReadonlyMap<string, Member>): boolean =>
  /^[^/]+\.json$/i.test(name) &&
  ["jpg", "jpeg", "png", "webp"].some((ending) => members.has(name.replace(/json$/i, ending)));

/** Their names alone take a gigabyte. */
const mostMembers = 10_000_000;

const tooMany = (where: string): HeddleError =>
  dataError({ where, expected: `at most ${mostMembers} files`, got: "more" });

const holdsTwice = (where: string, name: string): HeddleError =>
  dataError({ where, expected: "an archive that holds each name once", got: `${name} twice`, fix: "Pack it anew." });

const webDataset = (where: string, samples: number, ending: string): HeddleError =>
  dataError({
    where,
    expected: "images in class folders",
    got: `WebDataset samples (${samples} ${ending} files beside the images)`,
    fix: "Write the images into a folder for each class (folder:PATH), or into parquet (parquet:PATH).",
  });
