/** What the first layer looks for. */

import type { ImageShape } from "../../base/shape.js";
import { elementCount, resolveNet } from "../../nn/net.js";
import { html } from "../html.js";
import { imageTag, pictureOf, type Thumbnail } from "../images.js";
import { section } from "../section.js";
import { spanOf, weightsPicture } from "../tensors.js";
import { weightsOf } from "../words.js";

interface Filters {
  readonly layer: string;
  readonly weights: string;
  readonly all: number;
  readonly colors: string;
  readonly filters: readonly { readonly image: Thumbnail; readonly scale: string }[];
}

const shown = 64;

export const filters = section<Filters>({
  id: "filters",
  title: "First-layer filters",
  async gather({ model }) {
    const file = await model();
    const { layers, spec } = resolveNet(file.model.architecture);
    const first = layers.find(({ parameters }) => parameters.some(({ shape }) => shape.length > 1));
    const weight = first?.parameters.find(({ shape }) => shape.length > 1);
    const tensor = file.tensors.find(({ name }) => name === weight?.name);
    if (!first || !weight || !tensor || tensor.data instanceof BigInt64Array) return null;
    const [outputs, , height, width] = weight.shape;
    // A dense layer sees the whole image; files have its numbers plane by plane, as a convolution's.
    const shape: ImageShape = weight.shape.length === 4 ? { height, width, channels: weight.shape[1] } : spec.input;
    const size = elementCount(weight.shape) / outputs;
    if (size !== shape.height * shape.width * shape.channels || size === shape.channels) return null;
    const { data } = tensor;
    return {
      layer: `${first.place.name}, ${first.spec.type}`,
      weights: weightsOf(file),
      all: outputs,
      colors:
        shape.channels === 3
          ? "red, green and blue as the image's"
          : shape.channels === 1
            ? "grey"
            : `the mean of ${shape.channels} channels`,
      filters: Array.from({ length: Math.min(outputs, shown) }, (_, i) => {
        const values = channelsLast(data.subarray(i * size, (i + 1) * size), shape);
        const { constant, most } = spanOf(values);
        return {
          image: pictureOf(weightsPicture(values, shape), 60),
          scale: constant === null ? `±${most.toPrecision(2)}` : `all ${constant.toPrecision(2)}`,
        };
      }),
    };
  },
  render: ({ layer, weights, all, colors, filters: list }) =>
    html`<p class="soft">Layer ${layer}, ${weights}: ${list.length < all ? `${list.length} of ${all}` : all} filters, ${colors}. Middle grey is 0; each has its own scale, whose end stands below it.</p><ul class="tiles">${list.map(({ image, scale }, i) => html`<li>${imageTag(image, `filter ${i}, ${scale}`)}<small>${scale}</small></li>`)}</ul>`,
});

/** From planes, as PyTorch lays them out, to pixels. */
function channelsLast(values: ArrayLike<number>, { height, width, channels }: ImageShape): Float64Array {
  const pixels = new Float64Array(height * width * channels);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < height * width; i++) pixels[i * channels + c] = values[c * height * width + i];
  }
  return pixels;
}
