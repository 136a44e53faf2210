/**
 * The contract of a check of a run: a mistake that costs a result without a word. One file each in `checks/`, and one line
 * in `index.ts`. A check says what it saw, with numbers, and what to do; it is silent where it cannot tell.
 */
import type { Finding } from "../base/finding.js";
import type { RunFacts } from "../evidence/facts.js";
import type { History } from "../evidence/history.js";
import type { Measured } from "../evidence/measured.js";
import type { CopiesIn } from "./copies/index.js";

/** A run as it is examined. */
export interface Patient {
  readonly facts: RunFacts;
  readonly history: History;
  /** Its model on samples of its splits; null where model or data can no longer be read. */
  readonly measured: Measured | null;
  /** Held-out images that show what a training image shows, where somebody has looked for them. */
  readonly copies: readonly CopiesIn[];
}

export interface RunCheck {
  readonly name: string;
  /** One line for the documentation: what it looks for. */
  readonly summary: string;
  run(patient: Patient): Finding[];
}
