/** Which part of an image speaks for a class. */
import { counted, number } from "../../base/text.js";
import { imageOf, type Measured, mainSplit } from "../../evidence/measured.js";
import { predictorOf } from "../../inference/predictor.js";
import { resolveNet } from "../../nn/net.js";
import { type Html, html } from "../html.js";
import { imageTag, pictureOf, type Thumbnail, thumbnail } from "../images.js";
import { namedSamples, tellingSamples } from "../looks-at.js";
import { beginnings, occlusionMap, type Windows } from "../occlusion.js";
import { section } from "../section.js";
import { signedPicture } from "../tensors.js";

interface MapOf {
  readonly className: string;
  readonly image: Thumbnail;
  /** The log-probability's change at the full color. */
  readonly most: number;
}

interface Occlusion {
  /** Why there are no maps. */
  readonly none?: string;
  readonly window: number;
  readonly fill: string;
  readonly images: readonly {
    readonly title: string;
    readonly image: Thumbnail;
    readonly maps: readonly MapOf[];
  }[];
}

/** Arithmetic for all maps together: a tenth of a second or two on one core. */
const multiplyAdds = 6e9;
/** Of a large net fewer images, half of them mistakes; and windows that leave something to be seen. */
const [imagesShown, fewestWindows] = [[4, 2], 36] as const;
/** Pixels of the screen a side, about. */
const large = 100;
const mostWindows = 1500;

export const occlusion = section<Occlusion>({
  id: "occlusion",
  title: "What it looks at",
  async gather({ measured, named }) {
    const found = await measured();
    const { dataset, file } = found;
    const windows = chooseWindows(found);
    if (windows === null) return null;
    if (typeof windows === "string") return { none: windows, window: 0, fill: "", images: [] };
    const main = mainSplit(found);
    const { labels, predicted } = main.answers;
    const chosen = named ? namedSamples(main, named) : tellingSamples(main, windows.images / 2, "hardest");
    const fill = meanOf(found);
    const predictor = predictorOf(file, {});
    try {
      const predict = (images: Uint8Array) => predictor.predict(images);
      const images = chosen.map((i) => {
        const image = imageOf(found, main.samples[i]);
        const [truth, guess] = [labels[i], predicted[i]];
        const maps = [...new Set([guess, truth])].map((label): MapOf => {
          const map = occlusionMap({ image, shape: dataset.shape, fill, windows, predict }, label);
          const most = map.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
          const picture = pictureOf(signedPicture(map, dataset.shape.height, dataset.shape.width, most), large);
          return { className: found.classNames[label], image: picture, most };
        });
        const [own, said] = [found.classNames[truth], found.classNames[guess]];
        const title = `${main.name} ${main.places[i]}: ${own}${truth === guess ? ", rightly" : `, taken for ${said}`}`;
        return { title, image: thumbnail(found, main.samples[i], large), maps };
      });
      return { window: windows.size, fill: fill.map((value) => Math.round(value)).join(", "), images };
    } finally {
      predictor.close();
    }
  },
  render: ({ none, window, fill, images }) =>
    none !== undefined
      ? html`<p class="missing">Not shown. ${none}</p>`
      : html`<p class="soft">A window of ${window}x${window} pixels is covered with the training images' mean (${fill}), wherever it fits, also over the border. Orange: there the log-probability of the class falls, so this part speaks for it; blue: it rises. White is no change; the full color is the change written below.</p><div class="pair looks">${images.map(
          ({ title, image, maps }) =>
            html`<figure><figcaption>${title}</figcaption><div class="row">${imageTag(image, title)}${maps.map(mapMarkup)}</div></figure>`,
        )}</div>`,
});

const mapMarkup = ({ className, image, most }: MapOf): Html =>
  html`<div>${imageTag(image, `what speaks for ${className}, up to ${number(most)}`)}<small>${className}, ±${number(most)}</small></div>`;

/** A quarter of the image, moved as finely as there is time for; null for what is no picture, and why where there is no time. */
function chooseWindows({
  file,
  dataset: { shape },
}: Measured): (Windows & { readonly images: number }) | string | null {
  const each = resolveNet(file.model.architecture).multiplyAdds;
  const size = Math.max(1, Math.round(Math.max(shape.height, shape.width) / 4));
  const count = (stride: number): number =>
    beginnings(shape.height, { size, stride }).length * beginnings(shape.width, { size, stride }).length;
  if (count(1) < fewestWindows) return null;
  for (const images of imagesShown) {
    for (let stride = 1; stride <= size && count(stride) >= fewestWindows; stride++) {
      // A mistake has two maps.
      const fits = 1.5 * images * count(stride) * each <= multiplyAdds;
      if (fits && count(stride) <= mostWindows) return { images, size, stride };
    }
  }
  return `With ${counted(each, "multiply-add")} for an image, maps of what the net looks at take longer than a page may.`;
}

/** Of each channel, over some training images. */
function meanOf({ dataset: { train, shape } }: Measured): number[] {
  const sums = Array.from({ length: shape.channels }, () => 0);
  const bytes = shape.height * shape.width * shape.channels;
  const step = Math.max(1, Math.floor(train.count / 1000));
  let pixels = 0;
  for (let i = 0; i < train.count; i += step) {
    for (let at = i * bytes; at < (i + 1) * bytes; at += shape.channels, pixels++) {
      for (const c of sums.keys()) sums[c] += train.images[at + c];
    }
  }
  return sums.map((sum) => sum / pixels);
}
