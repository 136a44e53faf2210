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
    const found = await decodeFile(bytes, where, settings);
    decoded.push({ index, ...found, image: found.image && { ...found.image, pixels: ownBytes(found.image.pixels) } });
  }
  return decoded;
}

/** Sent without a copy, which takes the whole buffer along. */
const ownBytes = (pixels: Uint8Array): Uint8Array =>
  pixels.length === pixels.buffer.byteLength ? pixels : pixels.slice();

const transferable = (decoded: readonly DecodedFile[]): ArrayBuffer[] =>
  decoded.flatMap(({ image }) => (image ? [image.pixels.buffer as ArrayBuffer] : []));

const failure = (error: unknown): DecodeFailure => ({
  kind: error instanceof HeddleError ? error.kind : null,
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  text: error instanceof Error ? error.message : String(error),
});
