/** Ranks on worker threads that meet through programs, and leave when the barrier is poisoned. */
import assert from "node:assert/strict";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { Backend } from "../../src/kernels/backend.js";
import { runStatus } from "../../src/kernels/backend.js";
import { barrierWord, stepBlock, stepBlock as stepWords } from "../../src/kernels/layout.js";
import { ProgramWriter } from "../../src/kernels/program-writer.js";
import { referenceBackend } from "../../src/kernels/reference/interpreter.js";
import type { Region } from "../../src/kernels/signature.js";
import { nativeBackends } from "./addon.js";
import type { Meeting, Report } from "./barrier-worker.js";
import { lanes } from "./barrier-worker.js";

const backends = [...nativeBackends().slice(0, 1), referenceBackend()];
const poisonWord = barrierWord.poison;
/** Four words, each on its own 128 bytes. */
const barrierBytes = 512;
/** A barrier that is wrong hangs; a busy machine, and an emulator more so, takes long to start sixteen threads. */
const timeout = process.env.HEDDLE_TEST_EMULATED ? 1_200_000 : 120_000;

interface Hall {
  readonly words: Int32Array;
  readonly reports: Promise<Report[]>;
}

/** Starts `present` of `ranks` ranks over one arena; they end with the test, whatever happens. */
function gather(
  t: TestContext,
  backend: Backend,
  options: { ranks: number; present: number; rounds: number; spin: number },
): Hall {
  const { ranks, present, rounds, spin } = options;
  let size = 0;
  const region = (bytes: number): Region => {
    const offset = size;
    size += Math.ceil(bytes / 128) * 128;
    return { offset, bytes };
  };
  const barrier = region(barrierBytes);
  const shared = region(ranks * lanes * 8);
  const own = Array.from({ length: present }, () => ({
    stepBlock: region(stepWords.words * 8),
    own: region(lanes * 8),
    copy: region(ranks * lanes * 8),
  }));
  const memory = new Uint8Array(new SharedArrayBuffer(size + 128));
  const skip = (128 - (backend.address(memory) % 128)) % 128;
  const arena = memory.subarray(skip, skip + size);
  const common = { backend: backend.name, arena, ranks, rounds, spin, barrier, shared };
  const workers = own.map((regions, rank) => {
    const workerData: Meeting = { ...common, rank, ...regions };
    return new Worker(new URL("./barrier-worker.js", import.meta.url), { workerData });
  });
  t.after(() => Promise.all(workers.map((worker) => worker.terminate())));
  const reports = Promise.all(workers.map(async (worker) => ((await once(worker, "message")) as [Report])[0]));
  return { words: new Int32Array(arena.buffer, skip + barrier.offset, barrier.bytes / 4), reports };
}

for (const backend of backends) {
  for (const ranks of [2, 3, 16]) {
    for (const spin of [0, 1]) {
      test(`${backend.name}: ${ranks} ranks meet 200 times, spin ${spin}`, { timeout }, async (t) => {
        const hall = gather(t, backend, { ranks, present: ranks, rounds: 100, spin });
        for (const { status, stale } of await hall.reports) {
          assert.equal(status, runStatus.done);
          assert.equal(stale, 0);
        }
        const [arrived, generation, sleepers] = [0, 32, 64].map((word) => hall.words[word]);
        assert.deepEqual({ arrived, generation, sleepers }, { arrived: 0, generation: 200, sleepers: 0 });
      });
    }
  }

  test(`${backend.name}: poison releases the ranks that wait`, { timeout }, async (t) => {
    const hall = gather(t, backend, { ranks: 3, present: 2, rounds: 1, spin: 0 });
    while (Atomics.load(hall.words, 0) < 2) await setImmediate();
    const begin = performance.now();
    Atomics.store(hall.words, poisonWord, 1);
    const reports = await hall.reports;
    const milliseconds = performance.now() - begin;
    for (const { status } of reports) assert.equal(status, runStatus.poisoned);
    // Slices of 20 ms, and as much again and more for a busy machine.
    assert.ok(milliseconds < 2000, `${milliseconds} ms`);
  });

  test(`${backend.name}: who waits alone comes back after a tenth of a second, and goes on from there`, () => {
    const arena = new Uint8Array(new SharedArrayBuffer(4096));
    const writer = new ProgramWriter(4, { offset: 0, bytes: 128 });
    const flag = { offset: 1024, bytes: 4 };
    writer.add("halt", { flag });
    writer.add("barrier", { words: { offset: 512, bytes: 512 }, ranks: 2, spin: 0 });
    writer.add("halt", { flag });
    const program = backend.load(writer.finish(), arena);
    const begin = performance.now();
    assert.equal(backend.run(program, 0), 1);
    const milliseconds = performance.now() - begin;
    assert.ok(milliseconds > 80 && milliseconds < 2000, `${milliseconds} ms`);
    const waited = new Float64Array(arena.buffer, 0, stepBlock.words)[stepBlock.waited];
    assert.ok(waited > 0.08 && waited < 2, `waited ${waited} s`);
    const words = new Int32Array(arena.buffer, 512, 128);
    assert.equal(words[0], 1, "it has arrived once");
    // The other rank comes, and raises the flag that is read after the barrier.
    Atomics.store(words, 0, 0);
    Atomics.store(words, 32, 1);
    Atomics.store(new Int32Array(arena.buffer, 1024, 1), 0, 1);
    assert.equal(backend.run(program, 1), runStatus.halted);
  });
}
