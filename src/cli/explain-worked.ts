/** A small net's sample by hand: each sum of each unit with its numbers, forward, backward and update. */
import type { Explanation } from "../index.js";

/** Numbers of the largest tensor that are written out. */
const most = 64;

export const short = (value: number): string => {
  if (value === 0) return "0";
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? value.toFixed(4) : value.toExponential(2);
};

/** A product's second factor; a minus would run into the dot. */
const factor = (value: number): string => (value < 0 ? `(${short(value)})` : short(value));

const sum = (weights: readonly number[], values: readonly number[]): string =>
  weights.map((weight, i) => `${short(weight)}·${factor(values[i])}`).join(" + ");

interface Dense {
  readonly name: string;
  readonly what: string;
  /** [units][inputs], and of the steps. */
  readonly weights: readonly number[][];
  readonly bias: readonly number[];
  readonly deltas: readonly number[];
  readonly steps: readonly number[][];
  readonly biasSteps: readonly number[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** Nothing for a net that is large, or has other layers than dense ones with functions of single numbers. */
export function workedText(found: Explanation): string[] {
  const layers = denseLayers(found);
  if (!layers) return [];
  return [
    "z = sum w x + b, then the layer's function; y = softmax of the last z.",
    ...layers.flatMap(forwardText),
    "",
    `d = dL/dz: ${found.lossName === "cross-entropy" ? "of the logits y - t, " : ""}below ${found.lossName === "cross-entropy" ? "that" : "the logits"} f'(z) sum w d of the layer above. dL/dw = d x, dL/db = d; then w and b after the step.`,
    ...layers.toReversed().flatMap(backwardText),
  ];
}

function denseLayers({ input, layers, backward }: Explanation): Dense[] | null {
  if (!backward) return null;
  const tensors = new Map(backward.parameters.map((parameter) => [parameter.name, parameter]));
  if (backward.parameters.some(({ weights }) => (weights.values ?? { length: Infinity }).length > most)) return null;
  // Weights of color images stand color by color.
  if (input.shape.at(-1) !== 1) return null;
  let inputs = input.values;
  const dense: Dense[] = [];
  for (const { name, what, output } of layers) {
    const [weight, bias] = [tensors.get(`${name}.weight`), tensors.get(`${name}.bias`)];
    if (!what.startsWith("dense") || !weight || !bias || !inputs || !output.values) return null;
    const each = inputs.length;
    const rows = (values: readonly number[]): number[][] =>
      Array.from({ length: values.length / each }, (_, j) => values.slice(j * each, (j + 1) * each));
    dense.push({
      ...{ name, what, inputs },
      outputs: output.values,
      weights: rows(weight.weights.values!),
      steps: rows(weight.step.values!),
      bias: bias.weights.values!,
      deltas: bias.gradient.values!,
      biasSteps: bias.step.values!,
    });
    inputs = output.values;
  }
  return dense.length > 0 && 2 * dense.length === tensors.size ? dense : null;
}

function forwardText({ name, what, weights, bias, inputs, outputs }: Dense): string[] {
  const isLast = what.includes("logits");
  return weights.map((row, j) => {
    const z = row.reduce((total, weight, i) => total + weight * inputs[i], bias[j]);
    const then = isLast ? "" : `, out ${short(outputs[j])}`;
    return `${name}, unit ${j}: z = ${sum(row, inputs)} + ${factor(bias[j])} = ${short(z)}${then}`;
  });
}

function backwardText({ name, weights, bias, deltas, steps, biasSteps, inputs }: Dense): string[] {
  return weights.map((row, j) => {
    const gradient = inputs.map((x) => short(deltas[j] * x)).join(" ");
    const after = row.map((weight, i) => short(weight + steps[j][i])).join(" ");
    return `${name}, unit ${j}: d = ${short(deltas[j])}, dL/dw = ${gradient}, w = ${after}, b = ${short(bias[j] + biasSteps[j])}`;
  });
}
