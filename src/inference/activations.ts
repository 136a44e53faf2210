/** What the parts of a net answer to an image: feature maps. */
import type { FloatArray } from "../base/numbers.js";
import type { BackendChoice } from "../kernels/index.js";
import { stepBlock } from "../kernels/layout.js";
import type { ModelFile } from "../model/model-file.js";
import type { NetLayer } from "../nn/net.js";
import type { FeatureShape } from "../nn/spec.js";
import { netOnThisThread } from "./on-this-thread.js";

export interface Activation {
  /** The layers that it is the output of, as they are computed in one go: a convolution, its ReLU and its pooling. */
  readonly layers: readonly NetLayer[];
  readonly shape: FeatureShape;
  /** height x width x channels numbers, channels last. */
  readonly values: FloatArray;
}

/** Of each part of the net in order, but the last: its logits have become probabilities. `image`: the bytes of one. */
export function activationsOf(file: ModelFile, image: Uint8Array, backend: BackendChoice = "auto"): Activation[] {
  const [[...activations]] = activationsOfEach(file, [image], (bytes) => bytes, { most: 1, backend });
  return activations;
}

export interface ManyImages {
  /** So many images at most; fewer, but at least `least`, where they would take more than so many multiply-adds. */
  readonly most: number;
  readonly least?: number;
  readonly multiplyAdds?: number;
  readonly backend?: BackendChoice;
}

/** Those of one image after the other; what it gives stays as it is. */
export function* activationsOfEach<S>(
  file: ModelFile,
  samples: readonly S[],
  imageOf: (sample: S) => Uint8Array,
  { most, least = 1, multiplyAdds = Infinity, backend = "auto" }: ManyImages,
): Generator<Activation[]> {
  const { net, plan, arena, backend: computes } = netOnThisThread(file, backend);
  const program = computes.load(plan.score[0], arena.all());
  try {
    arena.float64(plan.regions.stepBlocks[0])[stepBlock.rows] = 1;
    const images = Math.min(most, Math.max(least, Math.floor(multiplyAdds / net.multiplyAdds)));
    for (const sample of samples.slice(0, images)) {
      arena.bytes(plan.regions.images).set(imageOf(sample));
      for (let at = 0; at >= 0; ) at = computes.run(program, at);
      yield plan.stages.slice(0, -1).map(({ layers, output }) => {
        const of = layers.map((position) => net.layers[position]);
        const { output: last } = of[of.length - 1];
        const { height, width, channels } = last.image ?? last;
        const values = arena.numbers(output.region).slice(0, output.features);
        return { layers: of, shape: { height, width, channels }, values };
      });
    }
  } finally {
    computes.unload(program);
  }
}
