/** Units of a layer that are all the same: begun equal, they get equal gradients and stay equal, as one unit would. */
import type { Finding } from "../../base/finding.js";
import { netOf } from "../../inference/model-net.js";
import type { RunCheck } from "../check.js";

export const symmetry: RunCheck = {
  name: "symmetry",
  summary: "layers whose units are all equal",
  run({ measured }) {
    if (!measured) return [];
    const { net, tensors } = netOf(measured.file);
    return net.layers.flatMap(({ parameters, place, spec }): Finding[] => {
      const weight = parameters.find(({ packing }) => packing.kind === "panels");
      if (!weight) return [];
      const [units] = weight.shape;
      const values = tensors[net.parameters.indexOf(weight)];
      if (units < 2 || !rowsAreEqual(values, units)) return [];
      return [
        {
          id: "symmetric-units",
          severity: "error",
          evidence: `All ${units} units of layer ${place.name} (${spec.type}) have the same weights: they compute the same, and always will.`,
          fix: "Start from random weights: --initializer he-normal, or an --init file that is not constant.",
        },
      ];
    });
  },
};

function rowsAreEqual(values: ArrayLike<number>, rows: number): boolean {
  const each = values.length / rows;
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  for (let i = each; i < values.length; i++) if (Math.abs(values[i] - values[i % each]) > 1e-6 * most) return false;
  return true;
}
