/** Images that are equal, byte for byte. */

/** Words of an image that its key is made of, at most: spread over the whole of it. */
const keyWords = 256;

/**
 * Groups of equal images: places in the list given, each group and the groups ascending; images that stand alone are in
 * none. Keys only find candidates; bytes decide.
 */
export function equalImages(images: readonly Uint8Array[]): number[][] {
  /** Of those whose key is one, the last that was not equal to another; from each to the one before it. */
  const lastOf = new Map<number, number>();
  const before = new Int32Array(images.length).fill(-1);
  const groups = new Map<number, number[]>();
  for (const [place, image] of images.entries()) {
    const key = keyOf(image);
    const last = lastOf.get(key) ?? -1;
    let twin = last;
    while (twin >= 0 && Buffer.compare(images[twin], image) !== 0) twin = before[twin];
    if (twin >= 0) {
      const group = groups.get(twin);
      if (group) group.push(place);
      else groups.set(twin, [twin, place]);
    } else {
      before[place] = last;
      lastOf.set(key, place);
    }
  }
  return [...groups.values()].sort(([a], [b]) => a - b);
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
