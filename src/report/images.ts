/** Images of samples in the page: PNG inside, each pixel as it is where the image is small. */
import { toPicture } from "../data/picture.js";
import { imageOf, type Measured } from "../evidence/measured.js";
import type { DecodedImage } from "../formats/pixels.js";
import { encodePng } from "../formats/png.js";
import { resize } from "../formats/resize.js";
import { type Html, html } from "./html.js";

export interface Thumbnail {
  readonly src: string;
  /** Pixels of the screen, a whole multiple of the image's own. */
  readonly width: number;
  readonly height: number;
}

/** Small images are enlarged by a whole factor to about that many screen pixels, larger ones are shrunk to it. */
const side = 72;

/** A sample's image. */
export function thumbnail(measured: Measured, sample: number, about = side): Thumbnail {
  const picture = toPicture(imageOf(measured, sample), measured.dataset);
  const longer = Math.max(picture.width, picture.height);
  const share = Math.min(1, about / longer);
  const size = (pixels: number): number => Math.max(1, Math.round(pixels * share));
  return pictureOf(
    resize(picture, { height: size(picture.height), width: size(picture.width), fit: "stretch" }),
    about,
  );
}

export function pictureOf(image: DecodedImage, about = side): Thumbnail {
  const scale = Math.max(1, Math.floor(about / Math.max(image.width, image.height)));
  const src = `data:image/png;base64,${Buffer.from(encodePng(image)).toString("base64")}`;
  return { src, width: image.width * scale, height: image.height * scale };
}

export const imageTag = ({ src, width, height }: Thumbnail, alt: string): Html =>
  html`<img src="${src}" width="${width}" height="${height}" alt="${alt}">`;
