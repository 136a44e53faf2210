/** What a thread of `decoders.ts` does: it reads and decodes the files that it is sent, in their order. */
import { parentPort, workerData } from "node:worker_threads";
import { HeddleError } from "../../base/errors.js";
import { type Decoded, decodeFile, type PassSettings } from "./decode.js";
import type { DecodeFailure, FileBatch } from "./decoders.js";
import { buffersOf, type PackedFiles, pack } from "./packed.js";
import { diskBytesAtOnce } from "./tree.js";

const settings = workerData as PassSettings;
const port = parentPort!;

port.on("message", ({ batch, files, room }: FileBatch) => {
  decodeBatch(files, room).then(
    (packed) => port.postMessage({ batch, packed }, buffersOf(packed)),
    (error: unknown) => port.postMessage({ batch, ...failure(error) }),
  );
});

async function decodeBatch(files: FileBatch["files"], room: FileBatch["room"]): Promise<PackedFiles> {
  const decoded: Decoded[] = [];
  for (const file of files) {
    const [where, bytes] = typeof file === "string" ? [file, diskBytesAtOnce(file)] : [file.where, file.bytes];
    decoded.push(await decodeFile(bytes, where, settings));
  }
  return pack(decoded, room);
}

const failure = (error: unknown): DecodeFailure => ({
  kind: error instanceof HeddleError ? error.kind : null,
  message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  text: error instanceof Error ? error.message : String(error),
});
