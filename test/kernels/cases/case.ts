import {
  activationOf,
  type Elementwise,
  type ElementwiseName,
  elementwiseNames,
} from "../../../src/kernels/activations/index.js";
import { loopNames, optimizers, ruleOf } from "../../../src/optim/index.js";
import type { Rule } from "../../../src/optim/optimizer.js";
import type { Call, Format, Real, StepValues } from "../lab.js";

/** One run of one operation: its arguments, its step, and what it writes. All other buffers must stay as they are. */
export interface Case {
  readonly title: string;
  readonly call: Call;
  readonly step: StepValues;
  /** How far two back ends may differ in each argument that is written; 0: not at all. */
  readonly outputs: Readonly<Record<string, number>>;
}

export type Cases = (format: Format) => Case[];

/** Around the edges of vectors (8 and 16), of panels (24 and 48) and of the blocks of a panel (512). */
export const sizes = [1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 47, 48, 49, 50, 97, 193, 511, 515];

/** Every function; the slope of those that have one. */
export const functions: readonly Elementwise[] = elementwiseNames.map((name) => activation(name));
export function activation(name: ElementwiseName): Elementwise {
  return { name, slope: activationOf(name).slope ? 0.3 : 0 };
}

/** A rule for every loop of every optimizer. */
const rules: ReadonlyMap<string, Rule> = new Map(
  optimizers.flatMap(({ examples }) => examples.map(ruleOf)).map((rule) => [rule.loop, rule]),
);
export const loops = loopNames.filter((name) => rules.has(name));

/** The third step of an optimizer's loop, on weights that have this state. */
export function updateBy(loop: string, w: Real, next: () => number) {
  const rule = rules.get(loop)!;
  return {
    hyperparameters: rule.scalars(3, 0.1),
    arguments: { optimizer: loopNames.indexOf(loop), state: stateOf(loop, w, next) },
  };
}

/** State on numbers like `weights`: not negative, as second moments are, means below their roots, 0 where padding is. */
export function stateOf(loop: string, w: Real, next: () => number): Real[] {
  const state = rules.get(loop)!.state;
  const stateAt = (name: string): number => (name === "grad_avg" ? 0.1 * next() : 0.1 + next());
  return state.map((name) => w.map((value) => (value === 0 ? 0 : stateAt(name))));
}

/** Tolerances for those of the arguments that are there. */
export function writtenOf(values: object, names: readonly string[], tolerance: number): Record<string, number> {
  const there = names.filter((name) => (values as Record<string, unknown>)[name] !== null);
  return Object.fromEntries(there.map((name) => [name, tolerance]));
}

/** Two chains of `depth` products of numbers below 1, rounded at each step in ways that may differ. */
export const chain = (format: Format, depth: number): number => 4 * (depth + 4) * format.unit;

/** All slices of one group's sum. */
export const ofGroup = (group: number, units: number): readonly [first: number, last: number] => [
  group * units,
  (group + 1) * units,
];
