/** One thread of `threads.ts`: says what computes, then takes pieces of each task until there are none. */
import { parentPort, workerData } from "node:worker_threads";
import { classesOf, openNet } from "./net.js";
import type { Task } from "./threads.js";

/** Images that a thread takes at a time. */
const piece = 128;

const { model, backend, note, predict } = openNet(workerData as string);
const { pixels } = model.plan;

parentPort!.on("message", ({ images, classes, next, count }: Task) => {
  const taken = new Int32Array(next);
  const [all, found] = [new Uint8Array(images), new Uint16Array(classes)];
  for (;;) {
    const first = Atomics.add(taken, 0, piece);
    if (first >= count) break;
    const last = Math.min(count, first + piece);
    const probabilities = predict(all.subarray(first * pixels, last * pixels));
    found.set(classesOf(probabilities, model.classNames.length), first);
  }
  parentPort!.postMessage(null);
});
parentPort!.postMessage({ backend, note });
