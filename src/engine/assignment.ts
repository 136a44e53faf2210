/** Which rule updates which tensor, where they are not all alike, and what is frozen. */
import type { ParameterSpec } from "../nn/spec.js";
import type { Rule } from "../optim/optimizer.js";
import type { PlannedParameter } from "./memory.js";
import type { Plan } from "./plan.js";

export interface Assignment {
  readonly rules: readonly Rule[];
  /** By the names of learned tensors: the number of the rule; null where it is frozen. */
  readonly of: ReadonlyMap<string, number | null>;
  /** Positions in the net of the layers that run as in scoring: running statistics, no draws. */
  readonly frozen: ReadonlySet<number>;
}

/** The number of a tensor's rule, 0 where there is one for all; null where nothing moves it. */
export function ruleNumber({ name, learned }: ParameterSpec, assignment: Assignment | null): number | null {
  if (learned === false) return null;
  return assignment ? (assignment.of.get(name) ?? null) : 0;
}

/** By kind of the optimizers' state, the tensors that have one of it: those of a rule with fewer kinds have none of the last. */
export function statesOf({ parameters }: Pick<Plan, "parameters">): readonly (readonly PlannedParameter[])[] {
  const kinds = Math.max(0, ...parameters.map(({ state }) => state.length));
  return Array.from({ length: kinds }, (_, kind) => parameters.filter(({ state }) => state.length > kind));
}
