/**
 * The safetensors format, read and written by hand:
 *
 *   8 bytes      length of the header, little-endian
 *   header       JSON: { "__metadata__": {string: string}, "<name>": { "dtype", "shape", "data_offsets": [begin, end] } }
 *   data         the tensors' bytes, little-endian, row-major; offsets count from here, without holes or overlaps
 *
 * A reader cannot trust one byte of it: everything is checked before a tensor is made.
 */
import { z } from "zod";
import { dataError } from "../base/errors.js";
import { bytesOf } from "../base/numbers.js";
import { checkFile } from "./checksum.js";
import { widenBf16, widenF16 } from "./half.js";

/** What Heddle computes with. I64 is read because PyTorch's batch norm counts its batches in it. */
export interface Tensor {
  readonly name: string;
  readonly dtype: "F32" | "F64" | "I64";
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array;
}

export interface Safetensors {
  /** In the header's order. */
  readonly tensors: readonly Tensor[];
  readonly metadata: Readonly<Record<string, string>>;
  /** True where a checksum says that the bytes are those that were written; false where the file has none. */
  readonly checked: boolean;
}

const dtypes = { F32: Float32Array, F64: Float64Array, I64: BigInt64Array } as const;
/** The format's own limit. */
const longestHeader = 100_000_000;
const size = z.number().int().min(0);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});
const metadataSchema = z.record(z.string(), z.string());

/** The file as chunks to be written one after the other; tensors in the order given, equal input gives equal bytes. */
export function encodeSafetensors(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array[] {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, dtype, shape, data } of tensors) {
    const begin = end;
    end += data.byteLength;
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces after the JSON bring the data to a multiple of 8, so that a reader can map it in place.
  const length = Math.ceil(json.length / 8) * 8;
  const head = new Uint8Array(8 + length).fill(0x20, 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(json, 8);
  return [head, ...tensors.map(({ data }) => bytesOf(data))];
}

/** Throws `dataError` naming `file` and the place for anything that is not exactly such a file. */
export function decodeSafetensors(bytes: Uint8Array, file: string): Safetensors {
  const { header, dataStart } = readHeader(bytes, file);
  const { __metadata__, ...entries } = header;
  const metadata = metadataSchema.safeParse(__metadata__ ?? {});
  if (!metadata.success) {
    throw dataError({ where: `${file}, __metadata__`, expected: "an object of strings", got: show(__metadata__) });
  }
  const tensors = Object.entries(entries).map(([name, entry]) => place(name, entry, file));
  checkCover(tensors, bytes.length - dataStart, file);
  const checked = checkFile(bytes, dataStart, metadata.data, file);
  return {
    tensors: tensors.map(({ name, dtype, shape, begin, end }) => {
      const part = bytes.subarray(dataStart + begin, dataStart + end);
      if (isHalf(dtype)) {
        return { name, dtype: "F32", shape, data: dtype === "F16" ? widenF16(part) : widenBf16(part) };
      }
      const data = new dtypes[dtype](shape.reduce((product, size) => product * size, 1));
      bytesOf(data).set(part);
      return { name, dtype, shape, data };
    }),
    metadata: metadata.data,
    checked,
  };
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; dataStart: number } {
  const refuse = (expected: string, got: string) =>
    dataError({ where: `${file}, header`, expected, got, fix: hintFor(bytes) });
  if (bytes.length < 8) throw refuse("a safetensors file of at least 8 bytes", `${bytes.length} bytes`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > longestHeader) throw refuse("a header of at most 100 MB", `a header length of ${length} bytes`);
  if (length > bytes.length - 8) {
    throw refuse(`${length} bytes of header`, `a file that ends ${8 + length - bytes.length} bytes too early`);
  }
  let header: unknown;
  let json = "";
  try {
    json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + length));
    header = JSON.parse(json);
  } catch (cause) {
    throw refuse("JSON in UTF-8 (not a safetensors file?)", (cause as Error).message);
  }
  if (header === null || typeof header !== "object" || Array.isArray(header)) {
    throw refuse("a JSON object", show(header));
  }
  const twice = repeatedKey(json);
  if (twice !== undefined) throw refuse("every name once", `"${twice}" twice`);
  return { header: header as Record<string, unknown>, dataStart: 8 + length };
}

interface Placed {
  readonly name: string;
  readonly dtype: Stored;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** One header entry, checked by itself. */
function place(name: string, entry: unknown, file: string): Placed {
  const where = `${file}, tensor "${name}"`;
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) {
    throw dataError({
      where,
      expected: "dtype (a name), shape (whole numbers from 0) and data_offsets (two of them)",
      got: show(entry),
    });
  }
  const { dtype, shape, data_offsets } = parsed.data;
  const [begin, end] = data_offsets;
  if (!isKnown(dtype)) {
    throw dataError({ where, expected: "dtype F32 or F64 (F16 and BF16 are widened)", got: dtype });
  }
  const wanted = shape.reduce((product, size) => product * size, bytesEach(dtype));
  if (end - begin !== wanted) {
    throw dataError({
      where,
      expected: `${wanted} bytes for ${dtype} [${shape.join(", ")}]`,
      got: `data_offsets [${begin}, ${end}], ${end - begin} bytes`,
    });
  }
  return { name, dtype, shape, begin, end };
}

type Stored = Tensor["dtype"] | "F16" | "BF16";
const isHalf = (dtype: string): dtype is "F16" | "BF16" => dtype === "F16" || dtype === "BF16";
const isKnown = (dtype: string): dtype is Stored => isHalf(dtype) || Object.hasOwn(dtypes, dtype);
const bytesEach = (dtype: Stored): number => (isHalf(dtype) ? 2 : dtypes[dtype].BYTES_PER_ELEMENT);

/** Tensors must cover the data exactly: each begins where the one before ends, the last ends where the file does. */
function checkCover(tensors: readonly Placed[], dataLength: number, file: string): void {
  let covered = 0;
  for (const { name, begin, end } of [...tensors].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const where = `${file}, tensor "${name}"`;
    if (begin !== covered) {
      const what = begin < covered ? "overlap with the tensor before" : "hole after the tensor before";
      throw dataError({ where, expected: `data from offset ${covered}`, got: `offset ${begin}: ${what}` });
    }
    if (end > dataLength) {
      const got = `a file of ${dataLength} data bytes (truncated?)`;
      throw dataError({ where, expected: `data up to offset ${end}`, got });
    }
    covered = end;
  }
  if (covered !== dataLength) {
    const where = `${file}, byte ${covered} of the data`;
    throw dataError({ where, expected: "the end of the file", got: `${dataLength - covered} bytes more` });
  }
}

/** JSON.parse silently keeps the last of two equal keys. `json` is known to be valid. */
function repeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    if (json[at] === "{") open.push(new Set());
    else if (json[at] === "}") open.pop();
    if (json[at] !== '"') continue;
    const start = at++;
    while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
    let next = at + 1;
    while (" \t\r\n".includes(json[next])) next++;
    if (json[next] !== ":") continue;
    const key = JSON.parse(json.slice(start, at + 1)) as string;
    const keys = open[open.length - 1];
    if (keys.has(key)) return key;
    keys.add(key);
  }
  return undefined;
}

/** What a wrong file probably is. */
function hintFor(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (start.startsWith("PK"))
    return "This looks like a torch.save archive: write it anew with safetensors.torch.save_file.";
  if (start.startsWith("\x89HDF")) return "This looks like an HDF5 file of Keras: only safetensors is read.";
  if (start === "HEDDLECK") return "This is a checkpoint: name its run folder, or the model.safetensors beside it.";
  if (bytes.length > 8 && bytes[8] !== "{".charCodeAt(0))
    return "This is no safetensors file: the header would begin at byte 8 with {.";
  return "";
}

function show(value: unknown): string {
  // Some versions of Node write such a thing out, others throw.
  if (isDeeper(value, 100)) return "something nested too deeply to show";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

const isDeeper = (value: unknown, levels: number): boolean =>
  typeof value === "object" &&
  value !== null &&
  (levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1)));
