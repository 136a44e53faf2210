/** Sets that are published as four IDX files: training images and labels, test images and labels. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataError } from "../base/errors.js";
import type { ImageShape } from "../base/shape.js";
import { findFiles, locate, unpackedName } from "../formats/files.js";
import type { IdxMember } from "../formats/idx.js";
import type { ArrayMember } from "../formats/ndarray.js";
import type { ArraySetFacts } from "./array-set.js";
import type { DatasetSource, Published } from "./dataset.js";

export interface IdxSet extends Pick<DatasetSource, "name" | "summary" | "defaults" | "folder"> {
  /** Its files in that order. */
  readonly published: Published;
  readonly shape: ImageShape;
  /** Class names by label; undefined where no class has the label. */
  readonly classes: readonly (string | undefined)[];
  /** How images lie where not row by row. */
  readonly layout?: "columns";
  /** The magic number of the labels' files (2049 unless given), and which of several numbers is the class. */
  readonly labels?: { readonly magic: number; readonly column: number };
  /** Folders in the set's folder that the files may lie in as well, as archives leave them. */
  readonly inside?: readonly string[];
  /** The archive that holds the files, and where in it. */
  readonly packed?: { readonly archive: string; readonly folder: string };
}

/** What each of the four files holds. */
const roles = ["train images", "train labels", "test images", "test labels"] as const;

export function idxSet({ shape, classes, layout, labels, inside, packed, ...source }: IdxSet): DatasetSource {
  const set = { shape, labels: labels?.magic ?? 2049, inside: inside ?? [], packed };
  return {
    ...source,
    embedded: false,
    async load({ dataDir, onEvent }) {
      const { loadArraySet } = await import("./array-set.js");
      const { place, members } = await openMembers(source, set, dataDir);
      const facts: ArraySetFacts = {
        place,
        names: { texts: classes, isFixed: true },
        ...(layout && { layout }),
        ...(labels && { labelColumn: labels.column }),
      };
      return loadArraySet(source.name, members, facts, { onEvent });
    },
  };
}

type Source = Pick<IdxSet, "name" | "folder" | "published">;
interface Files {
  readonly shape: ImageShape;
  readonly packed: IdxSet["packed"] | undefined;
  readonly labels: number;
  readonly inside: readonly string[];
}

/** The set's files, one by one or out of its archive. Throws `dataError` where neither is there, or one is not what it should be. */
async function openMembers(
  { name: set, folder, published }: Source,
  { shape, labels, inside, packed }: Files,
  dataDir: string | undefined,
): Promise<{ place: string; members: ArrayMember[] }> {
  const { decodeIdx, openIdx } = await import("../formats/idx.js");
  const names = published.files.map(unpackedName);
  const place = { set, folder, inside, isFetched: published.mirrors.length > 0 };
  const found = findFiles(place, dataDir, names);
  const archive = packed && join(dataDir!, folder ?? set, packed.archive);
  if (archive && found.paths.includes(undefined) && existsSync(archive)) {
    const { ZipArchive } = await import("../formats/zip.js");
    const zip = await ZipArchive.open(archive);
    try {
      const members: ArrayMember[] = [];
      for (const [i, name] of names.entries()) {
        const packedName = `${packed.folder}/${name}.gz`;
        const member = await decodeIdx(await zip.read(packedName), `${archive}, ${packedName}`, roles[i]);
        members.push(checked(member, shape, labels));
      }
      return { place: archive, members };
    } finally {
      zip.close();
    }
  }
  const paths = locate(place, dataDir, names);
  const members = await Promise.all(
    paths.map(async (path, i) => checked(await openIdx(path, roles[i]), shape, labels)),
  );
  return { place: found.folder, members };
}

/** Throws `dataError` where the file does not hold what it should. */
function checked(member: IdxMember, { height, width }: ImageShape, labels: number): ArrayMember {
  const isImages = member.name.endsWith("images");
  const magic = isImages ? 2051 : labels;
  if (member.magic !== magic) {
    const expected = `the IDX magic number of ${isImages ? "images" : "labels"}, ${magic}`;
    throw dataError({ where: `${member.where} at byte 0`, expected, got: `${member.magic}` });
  }
  if (!isImages) return member;
  for (const [i, size] of [height, width].entries()) {
    const got = member.shape[1 + i];
    if (got === size) continue;
    const expected = `${size} ${i === 0 ? "rows" : "columns"} in each image`;
    throw dataError({ where: `${member.where} at byte ${8 + 4 * i}`, expected, got: `${got}` });
  }
  return member;
}
