/** The registry of initializers, and how a tensor gets its first values. */
import { Stream } from "../../base/random.js";
import { pick } from "../../base/registry.js";
import { readSetting, type Setting } from "../../base/setting.js";
import type { ParameterSpec } from "../spec.js";
import { dirac } from "./dirac.js";
import { withFactor } from "./factor.js";
import { glorotUniform } from "./glorot-uniform.js";
import { heNormal } from "./he-normal.js";
import type { FirstImages, Initializer } from "./initializer.js";
import { lecunNormal } from "./lecun-normal.js";
import { lecunUniform } from "./lecun-uniform.js";
import { whitening } from "./whitening.js";
import { zeros } from "./zeros.js";

// biome-ignore format: a line each
const drawn = [
  heNormal,
  glorotUniform,
  lecunUniform,
  lecunNormal,
  whitening,
  dirac,
] as unknown as readonly Initializer[];
export const initializers: readonly Initializer[] = [...drawn.map(withFactor), zeros];

/** The initializer that suits what follows; `rectified`: a layer that `rectifies`. */
export const defaultInitializer = (rectified: boolean): Initializer => (rectified ? heNormal : glorotUniform);

const wanted = { where: "initializer", what: "an initializer" };

/** What a run with this setting is warned of, if anything. */
export const initializerWarning = (setting: Setting | undefined): string | undefined =>
  setting && pick(initializers, setting.name, wanted).warning;

/** Whether it takes its weights from the images. */
export const initializerLooks = (setting: Setting | undefined): boolean =>
  setting !== undefined && pick(initializers, setting.name, wanted).looks === true;

/**
 * The tensor's initial values in double; f32 runs round them. `tensorIndex` is its place in the net's list of parameters.
 * Without a setting, weights start as suits what follows them. `firstImages`: what the net will see, for initializers that
 * look.
 */
export function initializeParameter(
  { shape, init }: Pick<ParameterSpec, "shape" | "init">,
  tensorIndex: number,
  seed: number,
  setting?: string | Setting,
  firstImages?: FirstImages,
): Float64Array<ArrayBuffer> {
  const w = new Float64Array(shape.reduce((product, size) => product * size, 1));
  if (init.kind === "constant") return w.fill(init.value);
  const chosen = setting ?? { name: defaultInitializer(init.rectified).name };
  const { name, ...options } = readSetting(initializers, chosen, wanted);
  const weights = { ...init, shape, firstImages: tensorIndex === 0 ? firstImages : undefined };
  pick(initializers, name, wanted).fill(w, weights, new Stream(seed, "weights", tensorIndex), options);
  return w;
}
