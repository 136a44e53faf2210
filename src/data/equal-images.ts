/** Images that are equal, byte for byte. */

/** Words of an image that its key is made of, at most: spread over the whole of it. */
const keyWords = 256;

/**
 * Groups of equal images: places in the list given, each group and the groups ascending; images that stand alone are in
 * none. Keys only find candidates; bytes decide.
 */
export function equalImages(images: readonly Uint8Array[]): number[][] {
  const byKey = new Map<number, number[][]>();
  for (const [place, image] of images.entries()) {
    const key = keyOf(image);
    const groups = byKey.get(key);
    if (!groups) byKey.set(key, [[place]]);
    else {
      const group = groups.find(([first]) => Buffer.compare(images[first], image) === 0);
      if (group) group.push(place);
      else groups.push([place]);
    }
  }
  return [...byKey.values()]
    .flat()
    .filter(({ length }) => length > 1)
    .sort(([a], [b]) => a - b);
}

/** 32 bits of some of the bytes, mixed as FNV-1a does, four at a time. */
function keyOf(image: Uint8Array): number {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const step = Math.max(4, Math.floor(image.length / keyWords));
  let [key, at] = [0x811c9dc5, 0];
  for (; at + 4 <= image.length; at += step) key = Math.imul(key ^ view.getUint32(at, true), 0x01000193);
  for (; at < image.length; at++) key = Math.imul(key ^ image[at], 0x01000193);
  return key;
}
