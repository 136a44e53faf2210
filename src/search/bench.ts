/** The places of one process at which runs are made, several side by side. */
import type { TrainEvent } from "../train/events.js";
import { perform, type Task, type TaskEnd } from "./task.js";

export interface Listener {
  onEvent(task: number, event: TrainEvent): void;
  onEnd(task: number, end: TaskEnd): void;
  onError(task: number, error: unknown): void;
}

export class Bench {
  readonly #listener: Listener;
  readonly #stop = new AbortController();
  readonly #running = new Set<number>();
  #wake = (): void => {};

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  get busy(): number {
    return this.#running.size;
  }

  /** `before`: what it waits for. */
  start(index: number, task: Task, before?: () => Promise<void>): void {
    this.#running.add(index);
    const { signal } = this.#stop;
    const work = async (): Promise<TaskEnd> => {
      await before?.();
      return perform(task, (event) => this.#listener.onEvent(index, event), signal);
    };
    void work()
      .then(
        (end) => this.#listener.onEnd(index, end),
        (error: unknown) => this.#listener.onError(index, error),
      )
      .finally(() => {
        this.#running.delete(index);
        this.#wake();
      });
  }

  /** All stop, each with its checkpoint. */
  stop(): void {
    this.#stop.abort();
    this.#wake();
  }

  /** Returns when one has come to its end, or all are told to stop, or after so many milliseconds. */
  async next(milliseconds?: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (milliseconds !== undefined) setTimeout(resolve, milliseconds);
    });
  }
}

export function guarded(work: () => void, fail: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    fail(error);
  }
}
