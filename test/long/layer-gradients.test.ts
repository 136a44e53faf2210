/** Gradient checks of every element of every tensor, as `test/contract/layer-gradients` has of some. */
import { examples } from "../contract/examples.js";
import { checkLayerGradients } from "../contract/layer-gradients.js";

for (const example of examples) checkLayerGradients(example);
