/** The orientation that cameras write into EXIF data (tag 0x0112), and the image turned upright by it. */
import type { StoredPixels } from "./paper.js";

/** 1 to 8 as EXIF (CIPA DC-008) counts them; 1, upright, where the data say nothing. */
export function orientationIn(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset, exif.byteLength);
  if (exif.length < 14) return 1;
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const isLittle = order === 0x4949;
  const start = view.getUint32(4, isLittle);
  if (start + 2 > exif.length) return 1;
  const entries = view.getUint16(start, isLittle);
  for (let i = 0, at = start + 2; i < entries && at + 12 <= exif.length; i++, at += 12) {
    if (view.getUint16(at, isLittle) !== 0x0112) continue;
    const value = view.getUint16(at + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** True for orientations that make the height the width. */
export const liesOnSide = (orientation: number): boolean => orientation >= 5;

/** The image as it should be seen. */
export function upright<Image extends StoredPixels>(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { width: w, height: h, channels, pixels: from } = image;
  const [width, height] = liesOnSide(orientation) ? [h, w] : [w, h];
  const pixels = new Uint8Array(from.length);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += channels) {
      const [sx, sy] = sourceOf(orientation, x, y, w, h);
      const at = (sy * w + sx) * channels;
      for (let c = 0; c < channels; c++) pixels[to + c] = from[at + c];
    }
  }
  return { ...image, width, height, pixels };
}

/** Where a pixel of the upright image lies in the stored one of w x h. */
function sourceOf(orientation: number, x: number, y: number, w: number, h: number): [x: number, y: number] {
  switch (orientation) {
    case 2:
      return [w - 1 - x, y];
    case 3:
      return [w - 1 - x, h - 1 - y];
    case 4:
      return [x, h - 1 - y];
    case 5:
      return [y, x];
    case 6:
      return [y, h - 1 - x];
    case 7:
      return [w - 1 - y, h - 1 - x];
    default:
      return [w - 1 - y, x];
  }
}
