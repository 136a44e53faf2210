import { panelVectors } from "./layout.js";

/**
 * Numbers of a rank's workspace for the update of a convolution that makes its gradient itself (`convUpdate` without
 * groups and without a stored gradient): the gradient of one unit, [taps][lanes][3 vectors].
 */
export function convUpdateWorkspace(kernelHeight: number, kernelWidth: number, lanes: number): number {
  return kernelHeight * kernelWidth * lanes * panelVectors * lanes;
}
