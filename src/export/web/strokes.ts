/**
 * Drawn strokes as an image, by our own arithmetic: browsers add noise to what a page reads back from a canvas. The drawing
 * is brought to one size first, so that the same strokes give the same bytes wherever and however large they were drawn, and
 * lines are as thick as MNIST's whatever the screen.
 */
import type { DecodedImage } from "../../formats/pixels.js";

/** Where the pointer was, in shares of the surface's side. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels of the image's side, of the drawing's longer side, and of half a line. */
const [side, extent, radius] = [140, 90, 6];
/** A dot stays a dot: smaller drawings, in shares of the surface, are not made larger than so. */
const smallest = 0.1;

/** Bright ink on black; null where nothing is drawn. */
export function strokeImage(strokes: readonly (readonly Point[])[]): DecodedImage | null {
  const points = strokes.flat();
  if (points.length === 0) return null;
  // Not by spreading: whoever scribbles for minutes leaves more points than a call takes arguments.
  const [least, most] = [Math.min, Math.max].map((of) =>
    points.reduce((end, { x, y }) => ({ x: of(end.x, x), y: of(end.y, y) })),
  );
  const [left, right, top, bottom] = [least.x, most.x, least.y, most.y];
  const scale = extent / Math.max(right - left, bottom - top, smallest);
  const place = ({ x, y }: Point): Point => ({
    x: side / 2 + (x - (left + right) / 2) * scale,
    y: side / 2 + (y - (top + bottom) / 2) * scale,
  });
  const pixels = new Uint8Array(side * side);
  for (const stroke of strokes) {
    const placed = stroke.map(place);
    for (const [i, to] of placed.entries()) line(pixels, placed[Math.max(0, i - 1)], to);
  }
  return { width: side, height: side, channels: 1, pixels };
}

/** A line with round ends; a pixel at its edge is as bright as it is covered. */
function line(pixels: Uint8Array, a: Point, b: Point): void {
  const reach = radius + 1;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const last = side - 1;
  for (
    let y = Math.max(0, Math.floor(Math.min(a.y, b.y) - reach));
    y <= Math.min(last, Math.max(a.y, b.y) + reach);
    y++
  ) {
    for (
      let x = Math.max(0, Math.floor(Math.min(a.x, b.x) - reach));
      x <= Math.min(last, Math.max(a.x, b.x) + reach);
      x++
    ) {
      const along = length > 0 ? Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length)) : 0;
      const away = Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
      const value = Math.round(255 * Math.min(1, Math.max(0, radius + 0.5 - away)));
      const at = y * side + x;
      if (value > pixels[at]) pixels[at] = value;
    }
  }
}
