/**
 * Parquet files, read by `hyparquet` one column of one row group at a time. Whatever a file says of sizes is held against what
 * it can hold before memory is asked for: the row group as its footer has it, and every page by its own header.
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { AsyncBuffer, ColumnMetaData, Compressors, FileMetaData, SchemaTree } from "hyparquet";
import { dataError, HeddleError } from "../base/errors.js";
import { reasonOf, refuseStream } from "../base/read-file.js";
import { count } from "../base/text.js";
import { sniffFile } from "./sniff.js";

export interface RowGroupPlace {
  /** Its first row of the file, from 0, and how many it has. */
  readonly start: number;
  readonly rows: number;
}

/** One column of a row group, unpacked, is held in memory at a time. */
const mostGroupBytes = 2 ** 30;
const mostFooterBytes = 2 ** 28;
const mostRows = 2 ** 27;
const footerEnd = 8;

export class ParquetFile {
  readonly path: string;
  readonly rows: number;
  readonly groups: readonly RowGroupPlace[];
  /** The columns, each with what lies below it. */
  readonly columns: readonly SchemaTree[];
  /** What its writer added: "huggingface" and such. */
  readonly notes: ReadonlyMap<string, string>;
  readonly #metadata: FileMetaData;
  readonly #file: AsyncBuffer;

  private constructor(path: string, file: AsyncBuffer, metadata: FileMetaData, columns: readonly SchemaTree[]) {
    [this.path, this.#file, this.#metadata, this.columns] = [path, file, metadata, columns];
    let start = 0;
    this.groups = metadata.row_groups.map(({ num_rows }) => {
      const place = { start, rows: Number(num_rows) };
      start += place.rows;
      return place;
    });
    this.rows = start;
    this.notes = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ""]));
  }

  /** Throws `dataError` where the file is none, or its footer is damaged. */
  static async open(path: string): Promise<ParquetFile> {
    refuseStream(path, "a parquet file");
    const { parquetMetadataAsync, parquetSchema } = await import("hyparquet");
    const file = bufferOf(path);
    checkEnds(path, file);
    try {
      const metadata = await parquetMetadataAsync(file, { geoparquet: false });
      const { children } = parquetSchema(metadata);
      if (metadata.schema.some(({ name }) => typeof name !== "string")) throw new Error("a column has no name");
      const groups = metadata.row_groups.map(({ num_rows }) => Number(num_rows));
      const total = groups.reduce((sum, rows) => sum + rows, 0);
      if (groups.some((rows) => !(rows >= 0)) || total !== Number(metadata.num_rows) || total > mostRows) {
        throw new Error(`it says that it has ${metadata.num_rows} rows, and ${total} in its row groups`);
      }
      return new ParquetFile(path, file, metadata, children);
    } catch (cause) {
      throw damaged(path, footerAt(path, file), "a whole footer", cause);
    }
  }

  /** The values of a column in a row group, as many as it has rows. Throws `dataError` naming its byte. */
  async read(column: string, group: number): Promise<readonly unknown[]> {
    const { start, rows } = this.groups[group];
    const chunks = this.#metadata.row_groups[group].columns.flatMap(({ meta_data }) =>
      meta_data?.path_in_schema?.[0] === column ? [meta_data] : [],
    );
    const at = Math.min(...chunks.map(startOf));
    try {
      const [{ parquetReadObjects }, compressors] = await Promise.all([import("hyparquet"), boundedCompressors()]);
      for (const chunk of chunks) await this.#check(chunk);
      const found = await parquetReadObjects({
        file: this.#file,
        metadata: this.#metadata,
        columns: [column],
        rowStart: start,
        rowEnd: start + rows,
        compressors,
        utf8: false,
        geoparquet: false,
      });
      if (found.length !== rows) throw new Error(`${found.length} of ${rows} values`);
      return found.map((row): unknown => row[column]);
    } catch (cause) {
      if (cause instanceof HeddleError) throw cause;
      throw damaged(this.path, at, `the column ${column} of rows ${start + 1}..${start + rows}`, cause);
    }
  }

  /** Throws for pages that claim more than a column chunk may hold, before they are unpacked. */
  async #check(chunk: ColumnMetaData): Promise<void> {
    const [at, packed, unpacked] = [
      startOf(chunk),
      Number(chunk.total_compressed_size),
      Number(chunk.total_uncompressed_size),
    ];
    const name = chunk.path_in_schema.join(".");
    if (!(at >= 0 && packed >= 0 && at + packed <= this.#file.byteLength)) {
      throw new Error(`its ${packed} bytes at byte ${at} lie outside of the file`);
    }
    if (Math.max(unpacked, packed) > mostGroupBytes) {
      throw dataError({
        where: `${this.path} at byte ${at}`,
        expected: `at most ${count(mostGroupBytes)} bytes of the column ${name} in one row group`,
        got: count(Math.max(unpacked, packed)),
        fix: "Write it with smaller row groups: datasets' to_parquet(FILE, batch_size=1000).",
      });
    }
    const { parquetHeader } = await import("hyparquet/src/column.js");
    const view = new DataView(await this.#file.slice(at, at + packed));
    const reader = { view, offset: 0 };
    let [bytes, values] = [0, 0];
    // The last bytes may be filling: no header is shorter.
    while (reader.offset < packed) {
      const header = parquetHeader(reader);
      const { compressed_page_size: size, uncompressed_page_size: becomes } = header;
      if (!(size >= 0 && reader.offset + size <= packed && becomes >= 0))
        throw new Error("a page is longer than its column");
      const data = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
      const own = data?.num_values ?? 0;
      reader.offset += size;
      bytes += becomes;
      values += own;
      if (bytes > Math.max(unpacked, packed) + pageSlack)
        throw new Error("its pages unpack to more than its footer says");
      // A dictionary may have as many values again.
      if (!(own >= 0) || values > 2 * Number(chunk.num_values) + pageSlack) {
        throw new Error("its pages have more values than its footer says");
      }
    }
  }
}

/** Writers count the headers of pages to their bytes or not. */
const pageSlack = 65_536;

const startOf = ({ data_page_offset, dictionary_page_offset }: ColumnMetaData): number => {
  const data = Number(data_page_offset);
  const dictionary = Number(dictionary_page_offset ?? 0);
  return dictionary > 0 && dictionary < data ? dictionary : data;
};

/** Into as many bytes as a page may have, which was checked, whatever its packed data say themselves. */
async function boundedCompressors(): Promise<Compressors> {
  const { compressors, decompressZstd } = await import("hyparquet-compressors");
  return {
    ...compressors,
    GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
    ZSTD: (input, length) => decompressZstd(input, new Uint8Array(length)),
  };
}

function bufferOf(path: string): AsyncBuffer {
  const { size } = statSync(path);
  return {
    byteLength: size,
    slice(start, end = size) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      const file = openSync(path, "r");
      try {
        let filled = 0;
        while (filled < bytes.length) {
          const got = readSync(file, bytes, filled, bytes.length - filled, start + filled);
          if (got === 0) throw new Error("the file has become shorter");
          filled += got;
        }
      } finally {
        closeSync(file);
      }
      return bytes.buffer;
    },
  };
}

/** Throws `dataError` unless the file begins and ends as one does, and its footer lies inside. */
function checkEnds(path: string, file: AsyncBuffer): void {
  const kind = sniffFile(path);
  if (kind?.what !== "a parquet file") {
    const got = kind?.what ?? "something else";
    throw dataError({ where: path, expected: "a parquet file", got, fix: kind?.wayOut ?? "" });
  }
  const length = footerAt(path, file);
  if (length >= 4 && file.byteLength - length <= mostFooterBytes) return;
  throw damaged(path, length, "a footer", new Error("its length is not that of a footer"));
}

/** Where the footer begins. Throws `dataError` where the file ends otherwise than with one. */
function footerAt(path: string, file: AsyncBuffer): number {
  const tail = Buffer.from(file.slice(Math.max(0, file.byteLength - footerEnd)) as ArrayBuffer);
  if (tail.length === footerEnd && tail.toString("latin1", 4) === "PAR1") {
    return file.byteLength - footerEnd - tail.readUInt32LE(0);
  }
  const got = "other bytes: the file is cut short or damaged";
  throw dataError({ where: `${path} at byte ${file.byteLength}`, expected: "the end of a parquet file (PAR1)", got });
}

const damaged = (path: string, byte: number, expected: string, cause: unknown): HeddleError => {
  if (cause instanceof HeddleError) return cause;
  const got = `damaged data (${reasonOf(cause)
    .replace(/^parquet /, "")
    .replace(/\.$/, "")})`;
  return dataError({ where: `${path} at byte ${byte}`, expected, got, cause });
};
