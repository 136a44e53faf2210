/** What the layers make of an image. */

import { imageOf, type Measured, type MeasuredSplit, mainSplit } from "../../evidence/measured.js";
import type { DecodedImage } from "../../formats/pixels.js";
import { resize } from "../../formats/resize.js";
import { activationsOf } from "../../inference/activations.js";
import { html } from "../html.js";
import { imageTag, pictureOf, type Thumbnail, thumbnail } from "../images.js";
import { namedSamples, tellingSamples } from "../looks-at.js";
import { section } from "../section.js";
import { mapPicture } from "../tensors.js";

interface Maps {
  readonly images: readonly {
    readonly title: string;
    readonly image: Thumbnail;
    readonly layers: readonly {
      readonly name: string;
      readonly channels: number;
      readonly maps: readonly Thumbnail[];
    }[];
  }[];
}

/** Channels of a layer, layers of a net, and the larger side of a map in the file. */
const [channelsShown, layersShown, largestMap] = [12, 8, 32];
/** Pixels of the screen a side: two for each of 28 or 32. */
const mapSide = 64;

export const featureMaps = section<Maps>({
  id: "feature-maps",
  title: "Feature maps",
  async gather({ measured, named }) {
    const found = await measured();
    const main = mainSplit(found);
    const chosen = named ? namedSamples(main, named) : tellingSamples(main, 1, "surest").toReversed();
    const images = chosen.map((i) => mapsOf(found, main, i));
    return images.some(({ layers }) => layers.length > 0) ? { images } : null;
  },
  render: ({ images }) =>
    html`<p class="soft">The first channels of layers with maps, after the functions and poolings that follow it; each channel from its least value (black) to its largest (white), grey where it is the same all over.</p>${images.map(
      ({ title, image, layers }) =>
        html`<h3>${title}</h3><div class="maps"><div>${imageTag(image, title)}</div>${layers.map(
          ({ name, channels, maps }) =>
            html`<div><p class="soft">${name}${maps.length < channels ? `, ${maps.length} of ${channels} channels` : null}</p><ul class="tiles">${maps.map((map, i) => html`<li>${imageTag(map, `channel ${i} of ${name}`)}</li>`)}</ul></div>`,
        )}</div>`,
    )}`,
});

function mapsOf(found: Measured, { samples, places, name, answers }: MeasuredSplit, i: number): Maps["images"][number] {
  const { classNames } = found;
  const [label, predicted] = [classNames[answers.labels[i]], classNames[answers.predicted[i]]];
  const all = activationsOf(found.file, imageOf(found, samples[i]));
  const parts = all.filter(
    ({ shape, values }, k) => shape.height * shape.width > 1 && !isSame(values, all[k - 1]?.values),
  );
  // Of a deep net some layers, the first and the last among them.
  const shown = Math.min(parts.length, layersShown);
  const some = Array.from(
    { length: shown },
    (_, k) => parts[shown === 1 ? 0 : Math.round((k * (parts.length - 1)) / (shown - 1))],
  );
  return {
    title: `${name} ${places[i]}: ${label === predicted ? `${label}, rightly` : `${label}, taken for ${predicted}`}`,
    image: thumbnail(found, samples[i]),
    layers: some.map(({ layers, shape, values }) => ({
      name: `${layers[0].place.name} ${layers
        .filter(({ layer }) => layer.vanishes !== true)
        .map(({ spec }) => spec.type)
        .join(", ")} ${shape.height}x${shape.width}`,
      channels: shape.channels,
      maps: Array.from({ length: Math.min(shape.channels, channelsShown) }, (_, c) =>
        pictureOf(small(mapPicture(values, shape, c)), mapSide),
      ),
    })),
  };
}

/** What dropout leaves of its input, where nothing is dropped. */
const isSame = (values: ArrayLike<number>, before: ArrayLike<number> | undefined): boolean =>
  before?.length === values.length && Array.prototype.every.call(values, (value, i) => value === before[i]);

function small(image: DecodedImage): DecodedImage {
  const share = Math.min(1, largestMap / Math.max(image.width, image.height));
  return resize(image, {
    width: Math.max(1, Math.round(image.width * share)),
    height: Math.max(1, Math.round(image.height * share)),
    fit: "stretch",
  });
}
