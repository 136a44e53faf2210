/**
 * `npz:PATH`: numpy's arrays, as one `.npz` file, one `.npy` of each, or a folder of either. Which array is what is told by
 * their names, else by their shapes (`array-roles.ts`).
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { dataError } from "../base/errors.js";
import { type ArrayMember, describeElements } from "../formats/ndarray.js";
import { checkLength, decodeNpy, headBytes, npyHeader, openNpy } from "../formats/npy.js";
import { sniffFile } from "../formats/sniff.js";
import type { ZipArchive } from "../formats/zip.js";
import type { Dataset, DatasetScheme, LoadOptions } from "./dataset.js";

export const npz: DatasetScheme = {
  name: "npz",
  summary: "your own images as NumPy arrays: .npz, or a folder of .npy (x_train, y_train, x_test, y_test …)",
  settings: ["imageSize", "fit", "channels", "label", "layout", "maximum"],
  ending: /\.npz$/i,
  looksLike: ({ what, path, names }) =>
    what === "a NumPy array (.npy)" ||
    (what === "a zip archive" && /\.npz$/i.test(path)) ||
    names.some((name) => /\.np[yz]$/i.test(name)),
  load,
};

async function load(path: string, options: LoadOptions): Promise<Dataset> {
  const { loadArraySet } = await import("./array-set.js");
  const archives: ZipArchive[] = [];
  try {
    const members: ArrayMember[] = [];
    const files = filesOf(path);
    for (const file of files) {
      // Arrays of several files go by the names of these too.
      const stem = files.length === 1 ? "" : basename(file).replace(/\.np[yz]$/i, "");
      if (sniffFile(file)?.what === "a NumPy array (.npy)")
        members.push(await openNpy(file, stem === "" ? basename(file) : stem));
      else members.push(...(await zipMembers(file, stem, archives)));
    }
    if (files.length === 1 && members.length === 1 && members[0].where === files[0]) {
      const got = "one array alone (.npy)";
      throw dataError({
        where: path,
        expected: "arrays of images and of labels",
        got,
        fix: "Name the folder that holds both, or save them into one file: numpy.savez(FILE, x_train=…, y_train=…).",
      });
    }
    return await loadArraySet(`npz:${path}`, members, { place: path }, options);
  } finally {
    for (const archive of archives) archive.close();
  }
}

/** The file itself, or the arrays' files of a folder. */
function filesOf(path: string): string[] {
  if (!existsSync(path))
    throw dataError({ where: path, expected: "an .npz file, or a folder of .npy files", got: "no such file" });
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => /\.np[yz]$/i.test(name) && !name.startsWith("."));
  if (names.length > 0) return names.sort().map((name) => join(path, name));
  throw dataError({ where: path, expected: ".npz or .npy files", got: "none" });
}

async function zipMembers(path: string, stem: string, archives: ZipArchive[]): Promise<ArrayMember[]> {
  const { ZipArchive } = await import("../formats/zip.js");
  const archive = await ZipArchive.open(path);
  archives.push(archive);
  const found: ArrayMember[] = [];
  for (const { name, bytes } of archive.members.filter((member) => /\.npy$/i.test(member.name))) {
    const key = name.replace(/\.npy$/i, "");
    const where = `${path}, ${key}`;
    const header = npyHeader(await archive.head(name, headBytes), where);
    checkLength(where, header, bytes);
    found.push({
      ...describeElements(header.type),
      shape: header.shape,
      name: stem === "" || !/^arr_\d+$/.test(key) ? `${stem} ${key}`.trim() : stem,
      where,
      read: async () => decodeNpy(header, await archive.read(name), where),
    });
  }
  return found;
}
