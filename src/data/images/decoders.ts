/**
 * Decodes many files on all cores. The thread that asks begins alone, since others take long to start, and sends them the rest,
 * some files at a time, once it sees that they pay. Results come in the order of the files, whoever was first.
 */
import { Worker } from "node:worker_threads";
import { type ErrorKind, HeddleError, internalError } from "../../base/errors.js";
import { readCores } from "../../base/machine.js";
import { threadLimits } from "../../base/thread-limits.js";
import { someAhead } from "./ahead.js";
import { type Decoded, decodeFile, type PassSettings } from "./decode.js";
import { type PackedFiles, unpack } from "./packed.js";
import type { FileTree, TreeFile } from "./tree.js";

export type DecodedFile = Decoded & { readonly index: number };

/** Files for a thread: paths, or bytes that came out of an archive. */
export interface FileBatch {
  readonly batch: number;
  readonly files: readonly (string | { readonly where: string; readonly bytes: Uint8Array })[];
  /** Memory for the answer, which came with an earlier one: new memory for each makes V8 look for what can be given back. */
  readonly room: ArrayBuffer | null;
}

export interface DecodeFailure {
  /** Null for an error that is not the user's. */
  readonly kind: ErrorKind | null;
  readonly message: string;
  readonly text: string;
}

type Reply = { readonly batch: number } & ({ readonly packed: PackedFiles } | DecodeFailure);

/** So long it looks how fast it is, and so much must be left to do for threads to pay. */
const [lookMs, threadsPayMs] = [300, 1500];
/** With so many files they pay, however small these are: no look is needed. */
const surelyMany = 20_000;
/** A message costs as much as decoding a small file. */
const batchFiles = 16;
const mostThreads = 16;

/**
 * Of the files of these names, in whatever order the tree gives them best, some at a time: their bytes last until the next are
 * asked for. Throws what is not a file's fault.
 */
export async function* decodeAll(
  tree: FileTree,
  names: readonly string[],
  settings: PassSettings,
  threads = threadsHere(),
  paysFrom = threadsPayMs,
): AsyncGenerator<readonly DecodedFile[]> {
  const files = iteratorOf(tree.read(names));
  const started = performance.now();
  let [done, alone] = [0, threads === 1 || names.length < surelyMany];
  const decodeHere = async (file: TreeFile): Promise<DecodedFile> => ({
    index: file.index,
    ...(await decodeFile(await file.bytes(), tree.where(names[file.index]), settings)),
  });
  for await (const decoded of someAhead(
    rest(files, () => alone),
    decodeHere,
  )) {
    done++;
    const left = ((performance.now() - started) / done) * (names.length - done);
    // Once handed on, files are no longer read here, however fast the last of them were.
    if (threads > 1 && performance.now() - started >= lookMs && left >= paysFrom) alone = false;
    yield [decoded];
  }
  if (alone) return;
  const pool = new Decoders(threads, settings);
  try {
    const decode = async (batch: readonly TreeFile[]) => {
      const sources = batch.map(
        async (file) => file.path ?? { where: tree.where(names[file.index]), bytes: await file.bytes() },
      );
      return { batch, packed: await pool.decode(await Promise.all(sources)) };
    };
    for await (const { batch, packed } of someAhead(inBatches(rest(files)), decode, 3 * threads)) {
      yield Array.from(unpack(packed), (decoded, place) => ({ index: batch[place].index, ...decoded }));
      pool.takeBack(packed);
    }
  } finally {
    await pool.close();
  }
}

function threadsHere(): number {
  const { mask, quota } = readCores();
  return Math.min(mostThreads, Math.max(1, Math.floor(Math.min(mask, quota ?? mask))));
}

type FileIterator = Iterator<TreeFile> | AsyncIterator<TreeFile>;

const iteratorOf = (files: Iterable<TreeFile> | AsyncIterable<TreeFile>): FileIterator =>
  Symbol.asyncIterator in files ? files[Symbol.asyncIterator]() : files[Symbol.iterator]();

/** What is left of it, as long as it is wanted; the iterator stays open. */
async function* rest(files: FileIterator, isWanted = (): boolean => true): AsyncGenerator<TreeFile> {
  while (isWanted()) {
    const next: IteratorResult<TreeFile> = await files.next();
    if (next.done) return;
    yield next.value;
  }
}

async function* inBatches(files: AsyncIterable<TreeFile>): AsyncGenerator<TreeFile[]> {
  let batch: TreeFile[] = [];
  for await (const file of files) {
    batch.push(file);
    if (batch.length < batchFiles) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

interface Waiting {
  readonly resolve: (packed: PackedFiles) => void;
  readonly reject: (error: Error) => void;
}

class Decoders {
  readonly #workers: readonly Worker[];
  readonly #waiting = new Map<number, Waiting>();
  /** Memory of answers that were read. */
  readonly #rooms: ArrayBuffer[] = [];
  #batches = 0;

  constructor(threads: number, settings: PassSettings) {
    this.#workers = Array.from({ length: threads }, () => {
      // Whatever the user gave to this process (an inspector, a loader) is not meant for every thread.
      const worker = new Worker(new URL("./decode-worker.js", import.meta.url), {
        workerData: settings,
        execArgv: [],
        resourceLimits: threadLimits,
      });
      worker.on("message", (reply: Reply) => this.#take(reply));
      worker.on("error", (error: Error) => {
        for (const waiting of this.#waiting.values()) waiting.reject(error);
        this.#waiting.clear();
      });
      return worker;
    });
  }

  decode(files: FileBatch["files"]): Promise<PackedFiles> {
    const batch = this.#batches++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(batch, { resolve, reject });
      const room = this.#rooms.pop() ?? null;
      const message: FileBatch = { batch, files, room };
      this.#workers[batch % this.#workers.length].postMessage(message, room ? [room] : []);
    });
  }

  /** For the next answers: nobody looks at it any more. */
  takeBack({ bytes }: PackedFiles): void {
    this.#rooms.push(bytes.buffer as ArrayBuffer);
  }

  #take(reply: Reply): void {
    const waiting = this.#waiting.get(reply.batch);
    this.#waiting.delete(reply.batch);
    if ("packed" in reply) waiting?.resolve(reply.packed);
    else waiting?.reject(reply.kind === null ? internalError(reply.message) : new HeddleError(reply.kind, reply.text));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
