/** The packed net on several threads: each has its own copy, and takes the next piece of the images when it is done with one. */
import { Worker } from "node:worker_threads";

export interface ThreadedNet {
  readonly backend: string;
  readonly note: string | null;
  /** The classes of the images that stand one after the other in `images`. */
  classes(images: Uint8Array): Promise<Uint16Array>;
  close(): Promise<void>;
}

/** What the threads work on; `next` counts the images that were given out. */
export interface Task {
  readonly images: SharedArrayBuffer;
  readonly classes: SharedArrayBuffer;
  readonly next: SharedArrayBuffer;
  readonly count: number;
}

/** Memory that all threads see. */
export const shared = (bytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(bytes));

/** Throws what the threads throw. `pixels`: bytes of an image. */
export async function openThreads(folder: string, threads: number, pixels: number): Promise<ThreadedNet> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL("./worker.js", import.meta.url), { workerData: folder }),
  );
  const answers = (): Promise<unknown[]> => Promise.all(workers.map(nextMessage));
  const [{ backend, note }] = (await answers()) as Pick<ThreadedNet, "backend" | "note">[];
  return {
    backend,
    note,
    async classes(images) {
      const count = images.length / pixels;
      const isShared = images.buffer instanceof SharedArrayBuffer && images.byteOffset === 0;
      const all = isShared ? images : shared(images.length);
      if (!isShared) all.set(images);
      const [classes, next] = [shared(count * 2), shared(4)].map(({ buffer }) => buffer as SharedArrayBuffer);
      const task: Task = { images: all.buffer as SharedArrayBuffer, classes, next, count };
      const done = answers();
      for (const worker of workers) worker.postMessage(task);
      await done;
      return new Uint16Array(classes);
    },
    close: async () => void (await Promise.all(workers.map((worker) => worker.terminate()))),
  };
}

function nextMessage(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const said = (value: unknown): void => {
      worker.off("error", failed);
      resolve(value);
    };
    const failed = (error: Error): void => {
      worker.off("message", said);
      reject(error);
    };
    worker.once("message", said).once("error", failed);
  });
}
