/** What a thread of `decoders.ts` does: it reads and decodes the files that it is sent, in their order. */
import { parentPort, workerData } from "node:worker_threads";
import { HeddleError } from "../../base/errors.js";
import { decodeFile, type PassSettings } from "./decode.js";
import type { DecodedFile, DecodeFailure, FileBatch } from "./decoders.js";
import { diskBytesAtOnce } from "./tree.js";

const settings = workerData as PassSettings;
const port = parentPort!;

port.on("message", ({ batch, files }: FileBatch) => {
  decodeBatch(files).then(
    (decoded) => port.postMessage({ batch, decoded }, transferable(decoded)),
    (error: unknown) => port.postMessage({ batch, ...failure(error) }),
  );
});

async function decodeBatch(files: FileBatch["files"]): Promise<DecodedFile[]> {
  const decoded: DecodedFile[] = [];
  for (const { index, where, source } of files) {
    const bytes = typeof source === "string" ? diskBytesAtOnce(source) : source;
    decoded.push({ index, ...(await decodeFile(bytes, where, settings)) });
  }
  return inOneBuffer(decoded);
}

/** Larger images are sent as they lie, without a copy. */
const mostCopied = 2 ** 16;

/** What is small lies side by side: a buffer for each of many files would cost more than the files. */
function inOneBuffer(decoded: readonly DecodedFile[]): DecodedFile[] {
  const isSmall = (bytes: Uint8Array): boolean => bytes.length <= mostCopied;
  const parts = decoded.flatMap(({ digest, image }) => (image ? [digest, image.pixels] : [digest]));
  const all = new Uint8Array(parts.filter(isSmall).reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  const moved = (bytes: Uint8Array): Uint8Array => {
    // A view takes the whole buffer along.
    if (!isSmall(bytes)) return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
    all.set(bytes, at);
    at += bytes.length;
    return all.subarray(at - bytes.length, at);
  };
  return decoded.map(({ digest, image, ...rest }) => ({
    ...rest,
    digest: moved(digest),
    image: image && { ...image, pixels: moved(image.pixels) },
  }));
}

const transferable = (decoded: readonly DecodedFile[]): ArrayBuffer[] => [
  ...new Set(
    decoded
      .flatMap(({ digest, image }) => [digest, ...(image ? [image.pixels] : [])])
      .map(({ buffer }) => buffer as ArrayBuffer),
  ),
];

const failure = (error: unknown): DecodeFailure => ({
  kind: error instanceof HeddleError ? error.kind : null,
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  text: error instanceof Error ? error.message : String(error),
});
