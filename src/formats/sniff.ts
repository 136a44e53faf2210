/**
 * What a file is, told by its first bytes and never by its name: for errors that say what came instead of what was expected,
 * and what to do about it. A form that Heddle does not read is a line of `kinds` with a way out.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { isFile } from "../base/path-kind.js";
import { maskedCrc32c } from "./crc32c.js";

export interface FileKind {
  /** With its article, as errors say it: "a WebP image". */
  readonly what: string;
  /** `image`: one picture · `packed`: one file, compressed · `archive`: several files · `data`: arrays or tables · `text` · `other`. */
  readonly family: "image" | "packed" | "archive" | "data" | "text" | "other";
  /** How to come from it to a form that is read: a sentence. */
  readonly wayOut?: string;
}

/** So many bytes of a file's beginning tell all kinds apart. */
export const headBytes = 512;

/** The kind of a file that begins with these bytes (`headBytes` of them, or the whole file); null for bytes that say nothing. */
export function sniff(head: Uint8Array): FileKind | null {
  if (head.length === 0) return { what: "an empty file", family: "other" };
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString("latin1");
  const found = kinds.find(({ begins }) => begins(text));
  return found ? { what: found.what, family: found.family, ...(found.wayOut && { wayOut: found.wayOut }) } : null;
}

/** The same of a file on disk; null where it cannot be read, too. */
export function sniffFile(path: string): FileKind | null {
  const head = headOf(path);
  return head && sniff(head);
}

/** The first bytes of a file, `headBytes` at most; null for what is no readable file. */
export function headOf(path: string): Uint8Array | null {
  // What a look takes from a pipe is gone, and it may keep us waiting.
  if (!isFile(path)) return null;
  try {
    const file = openSync(path, "r");
    try {
      const head = new Uint8Array(headBytes);
      return head.subarray(0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}

interface Row extends FileKind {
  /** `head`: a byte is a character. */
  readonly begins: (head: string) => boolean;
}

const at =
  (offset: number, ...magics: string[]) =>
  (head: string): boolean =>
    magics.some((magic) => head.startsWith(magic, offset));

/** The box that an image of the HEIF family begins with, and its brands. */
const brand =
  (...brands: string[]) =>
  (head: string): boolean =>
    head.startsWith("ftyp", 4) && brands.includes(head.slice(8, 12));

const like = (pattern: RegExp) => (head: string) => pattern.test(head);

const convertImages = "Convert it to PNG or JPEG.";
const unpack = "Unpack it first.";
const saveArrays = "Save its arrays by numpy.savez(FILE, x_train=…, y_train=…, x_test=…, y_test=…) and use npz:FILE.";
const writeFolders = "Write its images into a folder for each class (folder:PATH), or into parquet (parquet:PATH).";

const kinds: readonly Row[] = [
  { what: "a PNG image", family: "image", begins: at(0, "\x89PNG\r\n\x1a\n") },
  { what: "a JPEG image", family: "image", begins: at(0, "\xff\xd8\xff") },
  { what: "a GIF image", family: "image", begins: at(0, "GIF87a", "GIF89a") },
  { what: "a WebP image", family: "image", begins: (head) => at(0, "RIFF")(head) && at(8, "WEBP")(head) },
  { what: "a TIFF image", family: "image", begins: at(0, "II*\0", "MM\0*", "II+\0", "MM\0+") },
  { what: "an AVIF image", family: "image", begins: brand("avif", "avis") },
  {
    what: "a HEIC image",
    family: "image",
    begins: brand("heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"),
    wayOut: convertImages,
  },
  { what: "a BMP image", family: "image", begins: like(/^BM.{4}\0{4}/s), wayOut: convertImages },
  {
    what: "a JPEG 2000 image",
    family: "image",
    begins: at(0, "\0\0\0\x0cjP  ", "\xff\x4f\xff\x51"),
    wayOut: convertImages,
  },
  { what: "a JPEG XL image", family: "image", begins: at(0, "\xff\x0a", "\0\0\0\x0cJXL "), wayOut: convertImages },
  { what: "an icon", family: "image", begins: like(/^\0\0\x01\0[\x01-\x20]\0/), wayOut: convertImages },
  { what: "a Photoshop image", family: "image", begins: at(0, "8BPS"), wayOut: convertImages },
  { what: "an OpenEXR image", family: "image", begins: at(0, "v/1\x01"), wayOut: convertImages },
  { what: "a PNM image", family: "image", begins: like(/^P[1-7][\s#]/), wayOut: convertImages },
  { what: "a DICOM image", family: "image", begins: at(128, "DICM"), wayOut: convertImages },
  {
    what: "an SVG drawing",
    family: "image",
    begins: like(/^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg/i),
    wayOut: convertImages,
  },
  {
    what: "a spreadsheet or another document of an office",
    family: "other",
    begins: (head) =>
      at(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")(head) ||
      (at(0, "PK\x03\x04")(head) &&
        at(30, "[Content_Types].xml", "_rels/.rels", "docProps/", "xl/", "mimetypeapplication/vnd.oasis")(head)),
    wayOut: "Save the table as CSV.",
  },
  {
    what: "a PyTorch file",
    family: "data",
    begins: like(/^(?:PK\x03\x04.{26}[^/\0]{1,200}\/data\.pkl|\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19)/s),
    wayOut: saveArrays,
  },
  { what: "a zip archive", family: "archive", begins: at(0, "PK\x03\x04", "PK\x05\x06") },
  { what: "a tar archive", family: "archive", begins: at(257, "ustar") },
  { what: "a 7-Zip archive (7z)", family: "archive", begins: at(0, "7z\xbc\xaf\x27\x1c"), wayOut: unpack },
  { what: "a RAR archive", family: "archive", begins: at(0, "Rar!\x1a\x07"), wayOut: unpack },
  { what: "gzip data", family: "packed", begins: at(0, "\x1f\x8b") },
  { what: "bzip2 data", family: "packed", begins: like(/^BZh[1-9]/), wayOut: "Unpack it first (bunzip2)." },
  { what: "xz data", family: "packed", begins: at(0, "\xfd7zXZ\0"), wayOut: "Unpack it first (unxz)." },
  { what: "Zstandard data (zstd)", family: "packed", begins: at(0, "\x28\xb5\x2f\xfd"), wayOut: "Unpack it (unzstd)." },
  { what: "LZ4 data", family: "packed", begins: at(0, "\x04\x22\x4d\x18"), wayOut: unpack },
  { what: "data packed by compress (.Z)", family: "packed", begins: at(0, "\x1f\x9d", "\x1f\xa0"), wayOut: unpack },
  { what: "a NumPy array (.npy)", family: "data", begins: at(0, "\x93NUMPY") },
  { what: "a parquet file", family: "data", begins: at(0, "PAR1") },
  { what: "IDX data", family: "data", begins: like(/^\0\0[\x08\x09\x0b-\x0e][\x01-\x08]/) },
  { what: "an HDF5 file", family: "data", begins: at(0, "\x89HDF\r\n\x1a\n"), wayOut: saveArrays },
  { what: "a MATLAB file (.mat)", family: "data", begins: at(0, "MATLAB 5.0 MAT-file"), wayOut: saveArrays },
  {
    what: "an Arrow file, as save_to_disk of datasets writes it",
    family: "data",
    begins: like(/^(ARROW1\0\0|\xff{4}.{3}\0\x10\0\0\0)/s),
    wayOut: "Write it as parquet: datasets.load_from_disk(PATH)[SPLIT].to_parquet(FILE), then parquet:PATH.",
  },
  { what: "an LMDB database", family: "data", begins: at(16, "\xde\xc0\xef\xbe"), wayOut: writeFolders },
  { what: "TFRecord data", family: "data", begins: isTfRecord, wayOut: writeFolders },
  { what: "a SQLite database", family: "data", begins: at(0, "SQLite format 3\0"), wayOut: writeFolders },
  { what: "an ORC file", family: "data", begins: at(0, "ORC"), wayOut: "Write it as parquet, then parquet:PATH." },
  { what: "an Avro file", family: "data", begins: at(0, "Obj\x01"), wayOut: "Write it as parquet, then parquet:PATH." },
  { what: "a Python pickle", family: "data", begins: like(/^\x80[\x02-\x05][(\]})\x95cU}K]/) },
  {
    what: "a Git LFS pointer, not the file itself",
    family: "text",
    begins: at(0, "version https://git-lfs"),
    wayOut: "git lfs pull fetches what it stands for.",
  },
  {
    what: "a web page (HTML)",
    family: "text",
    begins: like(/^(\xef\xbb\xbf)?\s*(<!--[^]*?-->\s*)?<(!doctype html|html|head|body)\b/i),
    wayOut: "What was downloaded is a page about the file: fetch the file itself.",
  },
  {
    what: "JSON text",
    family: "text",
    begins: like(/^(\xef\xbb\xbf)?\s*(?:\{\s*"|\[\s*[[{"\d-])/),
    wayOut: "Save it as CSV, or its arrays by numpy.savez.",
  },
  {
    what: "an ARFF file (Weka, OpenML)",
    family: "text",
    begins: like(/^(?:%[^\n]*\n|\s)*@relation\s/i),
    wayOut: "Delete its lines up to @data: what follows is CSV.",
  },
  {
    what: "sparse data (LIBSVM, SVMlight)",
    family: "text",
    begins: like(/^[+-]?\d+(?:\.\d+)?(?: +\d+:[-+.\de]+){3}/),
    wayOut:
      "sklearn.datasets.load_svmlight_file reads it: save x.toarray() and y by numpy.savez(FILE, x_train=…, y_train=…).",
  },
  { what: "XML text", family: "text", begins: like(/^(\xef\xbb\xbf)?\s*<\?xml/i) },
  {
    what: "what macOS keeps beside a file (AppleDouble)",
    family: "other",
    begins: at(0, "\0\x05\x16\x07\0\x02", "\0\x05\x16\0\0\x02"),
    wayOut: "Such files can be deleted.",
  },
  { what: "a PDF document", family: "other", begins: at(0, "%PDF-") },
  { what: "a program", family: "other", begins: at(0, "\x7fELF", "MZ\x90\0") },
];

/** A record begins with its length (8 bytes, little-endian) and the masked CRC-32C of these, which nothing else has. */
function isTfRecord(head: string): boolean {
  if (head.length < 12) return false;
  const bytes = Buffer.from(head.slice(0, 12), "latin1");
  return bytes.readUInt32LE(8) === maskedCrc32c(bytes.subarray(0, 8));
}
