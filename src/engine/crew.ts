/**
 * The engines of a training that runs in several processes. The first process decides: before each job it tells the others,
 * and where something other than training has written weights or the optimizers' state, it sends them. All then do the same
 * job, each on its own samples. Others answer to orders alone (`cluster/serve.ts`).
 */
import type { Backend } from "../kernels/backend.js";
import type { Region } from "../kernels/signature.js";
import type { Arena } from "./arena.js";
import { prepareCopies } from "./contents.js";
import { type Division, partsOf } from "./division.js";
import type { Plan } from "./plan.js";
import type { TrainJob } from "./train-job.js";

/** What engines do together next. `fresh`: the first process sends its weights before. */
export type EngineOrder =
  | { readonly kind: "configure"; readonly epoch: number }
  | { readonly kind: "train"; readonly job: TrainJob; readonly fresh: boolean }
  | { readonly kind: "score"; readonly order: Uint32Array; readonly fresh: boolean };

/** Each process goes its own way (`apart`) until all have come back: where the first has begun, and how to know the place. */
export interface ApartOrder {
  readonly kind: "apart";
  readonly folder: string;
  readonly lock: string;
}

/** The other processes, as an engine sees them. */
export interface Crew extends Division {
  /** In the first process: tells the others. In others nothing. Gives back what was told. */
  tell<O extends EngineOrder | ApartOrder>(order: O): Promise<O>;
  /** What each process gives, by process. */
  gather(given: unknown): Promise<unknown[]>;
  /** Part p of the bytes, [edges[p], edges[p + 1]), goes from process p to all. */
  share(bytes: Uint8Array, edges: readonly number[]): Promise<void>;
  /** A job failed that others are still in: nothing can be done together any more. */
  broken(): void;
  /** A training begins, with what the first process gives of it, if anything: what all processes found of it. */
  prepare(preparation: unknown, found: unknown, given?: unknown): Promise<unknown[]>;
  /** The training's engine closes. */
  close(): Promise<void>;
  /** What joins them: the name and version of an MPI library. */
  readonly library: string;
  /** Where each process runs. */
  readonly hosts: readonly string[];
  /** Cores for this process, the same in all. */
  readonly cores: number;
}

let crew: Crew | null = null;
let isApart = false;
/** From now on trainings of this process are those of several. */
export const joinCrew = (joined: Crew): void => void (crew = joined);
/** Null where this process trains alone. */
export const currentCrew = (): Crew | null => (isApart ? null : crew);
/** Cores for this process, however it trains. */
export const coresHere = (): number => crew?.cores ?? Infinity;

/** What is trained while `work` goes on is this process's own. */
export async function apart<T>(work: () => Promise<T>): Promise<T> {
  isApart = true;
  try {
    return await work();
  } finally {
    isApart = false;
  }
}

interface Ready {
  readonly plan: Plan;
  readonly arena: Arena;
}

export class Together {
  readonly #crew: Crew;
  readonly #backend: Backend;
  #epoch: number | null = null;
  #fresh = true;

  constructor(crew: Crew, backend: Backend) {
    [this.#crew, this.#backend] = [crew, backend];
  }

  get division(): Division {
    const { processes, process } = this.#crew;
    return { processes, process };
  }

  /** The engine was laid out as for that epoch. */
  configured(epoch: number): void {
    this.#epoch = epoch;
    this.#fresh = true;
  }

  /** Something may have written what training goes on from. */
  changed(): void {
    this.#fresh = true;
  }

  async train<T>(job: TrainJob, ready: Ready, work: () => Promise<T>): Promise<T> {
    await this.#begin({ kind: "train", job, fresh: this.#fresh }, ready);
    const result = await this.#joint(work);
    // Checkpoints, and the next order to others, take the state from the first process.
    for (const { region, edges } of ready.plan.dividedState) {
      await this.#share(
        ready,
        region,
        edges.map((word) => word * 4),
      );
    }
    return result;
  }

  /** Scores, and gives all processes what each found. */
  async score<T>(order: Uint32Array, ready: Ready, work: () => Promise<T>): Promise<T> {
    await this.#begin({ kind: "score", order, fresh: this.#fresh }, ready);
    const result = await this.#joint(work);
    const { loss, predicted, logits, probabilities } = ready.plan.regions;
    const edges = partsOf(ready.plan, order.length);
    const most = ready.plan.places;
    for (const [region, rowBytes] of [
      [loss, 8],
      [predicted, 4],
      [logits, logits && logits.bytes / most],
      [probabilities, probabilities && probabilities.bytes / most],
    ] as const) {
      if (region && rowBytes)
        await this.#share(
          ready,
          region,
          edges.map((edge) => edge * rowBytes),
        );
    }
    return result;
  }

  close(): Promise<void> {
    return this.#crew.close();
  }

  async #begin(order: EngineOrder & { readonly fresh: boolean }, ready: Ready): Promise<void> {
    if (this.#epoch !== null) await this.#crew.tell({ kind: "configure", epoch: this.#epoch });
    this.#epoch = null;
    const { fresh } = await this.#crew.tell(order);
    this.#fresh = false;
    if (!fresh) return;
    for (const { w, wt, state, average } of ready.plan.parameters) {
      for (const region of [w, wt, ...state, average]) {
        const edges = [0, ...Array.from({ length: this.#crew.processes }, () => region?.bytes ?? 0)];
        if (region) await this.#share(ready, region, edges);
      }
    }
    prepareCopies(ready.arena, ready.plan, this.#backend);
  }

  #share({ arena }: Ready, region: Region, edges: readonly number[]): Promise<void> {
    return this.#crew.share(arena.bytes(region), edges);
  }

  async #joint<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#crew.broken();
      throw error;
    }
  }
}
