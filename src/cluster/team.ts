/** This process among those of a training: what it tells the others and hears of them, over the addon's calls of MPI. */

import { setTimeout as sleep } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";
import type { ApartOrder, Crew, EngineOrder } from "../engine/crew.js";
import type { MpiCalls } from "../kernels/native.js";
import type { BenchOrder } from "../measure/step.js";
import type { Preparation } from "../train/preparation.js";

/** What the first process orders. */
export type Order =
  | EngineOrder
  | ApartOrder
  | Preparation
  | BenchOrder
  | { readonly kind: "close" }
  | { readonly kind: "end"; readonly code: number };

export class Team implements Crew {
  readonly processes: number;
  readonly process: number;
  readonly library: string;
  readonly #mpi: MpiCalls;
  hosts: readonly string[] = [];
  cores = 1;
  #heard: Order | undefined;
  #broken = false;
  #left = false;
  /** Exchanges follow each other. */
  #last: Promise<void> = Promise.resolve();

  constructor(mpi: MpiCalls, joined: { processes: number; process: number; library: string }) {
    this.#mpi = mpi;
    [this.processes, this.process, this.library] = [joined.processes, joined.process, joined.library];
    // Whoever ends without leaving takes all along: they would wait.
    process.on("exit", (code) => {
      if (!this.#left) this.abort(code);
    });
  }

  /** What is known of all once they have met. */
  settle(hosts: readonly string[], cores: number): void {
    [this.hosts, this.cores] = [hosts, cores];
  }

  get isFirst(): boolean {
    return this.process === 0;
  }

  broken(): void {
    this.#broken = true;
  }

  share(bytes: Uint8Array, edges: readonly number[]): Promise<void> {
    this.#last = this.#last.then(async () => {
      this.#mpi.begin(bytes, Float64Array.from(edges));
      while (!this.#mpi.done(0.001)) await sleep(1);
    });
    return this.#last;
  }

  /** What each process gives, by process. */
  async gather(given: unknown): Promise<unknown[]> {
    const message = padded(serialize(given));
    const sizes = new Float64Array(this.processes);
    sizes[this.process] = message.length;
    const places = Array.from({ length: this.processes + 1 }, (_, p) => p * 8);
    await this.share(new Uint8Array(sizes.buffer), places);
    const edges = [0];
    for (const size of sizes) edges.push(edges[edges.length - 1] + size);
    const all = new Uint8Array(edges[this.processes]);
    all.set(message, edges[this.process]);
    await this.share(all, edges);
    return Array.from(sizes, (size, p) => deserialize(all.subarray(edges[p], edges[p] + size)) as unknown);
  }

  async tell<O extends Order>(order: O): Promise<O> {
    if (!this.isFirst) return this.#heard as O;
    if (!this.#broken) await this.gather(order);
    return order;
  }

  /** In other processes than the first: its next order. */
  async hear(): Promise<Order> {
    const [order] = await this.gather(null);
    this.#heard = order as Order;
    return this.#heard;
  }

  /** Tells that a training begins, and hears what all found of it: errors, or data. */
  async prepare(preparation: unknown, found: unknown, given?: unknown): Promise<unknown[]> {
    await this.tell(preparation as Preparation | BenchOrder);
    if (given !== undefined) await this.gather(given);
    return this.gather(found);
  }

  async close(): Promise<void> {
    await this.tell({ kind: "close" });
  }

  /** The bytes that exchanges have brought here. */
  get bytes(): number {
    return this.#mpi.bytes();
  }

  /** All leave, with this code; where a job is broken, all are ended. */
  async end(code: number): Promise<void> {
    if (this.#broken) this.abort(code);
    await this.tell({ kind: "end", code });
    this.leave();
  }

  leave(): void {
    this.#left = true;
    this.#mpi.leave();
  }

  /** Ends all processes. */
  abort(code: number): never {
    this.#left = true;
    return this.#mpi.abort(code || 1);
  }

  /** Asks the first process to stop, as by this signal. */
  wish(signal: number): void {
    this.#mpi.wish(signal);
  }

  /** The signal that another process asks to stop by; 0 where none does. */
  wished(): number {
    return this.#mpi.wished();
  }
}

/** To whole words of 4 bytes. */
function padded(message: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(message.length / 4) * 4);
  whole.set(message);
  return whole;
}
