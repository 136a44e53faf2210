/**
 * The renderer contract: a renderer shows the trainer's events on stderr. One file each; `index.ts` picks one.
 * Renderers hold no truth: whatever they drop is in `metrics.jsonl` or in the result.
 */
import { type TrainEvent } from "../../index.js";

export interface Renderer {
  onEvent(event: TrainEvent): void;
  /** Leaves the terminal as a following line needs it; called after success and failure alike. */
  close(): void;
}

/** Where a renderer writes: `process.stderr`, or a test's own. */
export type Output = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };
