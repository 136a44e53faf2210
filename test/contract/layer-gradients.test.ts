/**
 * Gradient checks of every layer of the registry, in every neighborhood: through the layers below it, its parameters'
 * and its input's gradients are both seen. Of large tensors some elements; `test/long/layer-gradients` has all.
 */
import { examples } from "./examples.js";
import { checkLayerGradients } from "./layer-gradients.js";

for (const example of examples) checkLayerGradients(example, 40);
