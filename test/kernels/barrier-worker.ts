/** One rank of the barrier tests: meets the others for a number of rounds, and reports what it saw. */
import { parentPort, workerData } from "node:worker_threads";
import { identity } from "../../src/kernels/activations/index.js";
import { runStatus } from "../../src/kernels/backend.js";
import { loadBackend } from "../../src/kernels/index.js";
import { stepBlock } from "../../src/kernels/layout.js";
import { ProgramWriter } from "../../src/kernels/program-writer.js";
import { type Region, type Rows } from "../../src/kernels/signature.js";

/** Eight doubles: what a rank writes is one vector. */
export const lanes = 8;

export interface Meeting {
  readonly backend: "native" | "reference";
  readonly arena: Uint8Array;
  readonly rank: number;
  readonly ranks: number;
  readonly rounds: number;
  readonly spin: number;
  readonly stepBlock: Region;
  readonly barrier: Region;
  /** This rank's vector, the vectors of all ranks, and this rank's copy of those. */
  readonly own: Region;
  readonly shared: Region;
  readonly copy: Region;
}

export interface Report {
  readonly status: number;
  /** Numbers of other ranks that were not of the round. */
  readonly stale: number;
  readonly waited: number;
  readonly isa: string;
}

function meet(meeting: Meeting): Report {
  const { arena, rank, ranks, rounds, spin, barrier, own, shared, copy } = meeting;
  const backend = loadBackend(meeting.backend);
  const view = ({ offset, bytes }: Region) => new Float64Array(arena.buffer, arena.byteOffset + offset, bytes / 8);
  const writer = new ProgramWriter(8, meeting.stepBlock);
  const rows = (region: Region, ld: number): Rows => ({ region, ld });
  const slot = { offset: shared.offset + rank * lanes * 8, bytes: lanes * 8 };
  const all = ranks * lanes;
  // Publish the round, meet, take what all have published, and meet before the next round overwrites it.
  writer.add("activation", { x: rows(own, lanes), y: rows(slot, lanes), n: lanes, activation: identity });
  writer.add("barrier", { words: barrier, ranks, spin });
  writer.add("activation", { x: rows(shared, all), y: rows(copy, all), n: all, activation: identity });
  writer.add("barrier", { words: barrier, ranks, spin });
  const program = backend.load(writer.finish(), arena);

  const [block, mine, seen] = [view(meeting.stepBlock), view(own), view(copy)];
  // One row, from the first.
  block.set([0, 0, 1, 1, 1, 1, 1]);
  let [stale, status] = [0, 0];
  for (let round = 1; round <= rounds && status !== runStatus.poisoned; round++) {
    mine.fill(round);
    for (status = backend.run(program, 0); status >= 0; ) status = backend.run(program, status);
    if (status === runStatus.done) stale += seen.filter((value) => value !== round).length;
  }
  return { status, stale, waited: block[stepBlock.waited], isa: backend.isa };
}

parentPort?.postMessage(meet(workerData as Meeting));
