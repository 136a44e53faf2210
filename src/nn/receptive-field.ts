/**
 * The pixels of the image that one number of a layer's output depends on: height and width, at most the image's own. Each
 * window widens the field by (size - 1) jumps, where a jump is how many pixels apart the fields of neighbors begin; each
 * stride multiplies the jump.
 */
import type { Net } from "./net.js";

interface Axis {
  readonly field: number;
  readonly jump: number;
}

const widen = ({ field, jump }: Axis, size: number, stride: number): Axis => ({
  field: field + (size - 1) * jump,
  jump: jump * stride,
});

const widest = (axes: readonly Axis[]): Axis => axes.reduce((a, b) => (b.field > a.field ? b : a));

/** Of each layer, in the net's order. */
export function receptiveFields({
  spec: { input },
  layers,
}: Net): { readonly height: number; readonly width: number }[] {
  const pixel = { rows: { field: 1, jump: 1 }, columns: { field: 1, jump: 1 } };
  const seen: { rows: Axis; columns: Axis }[] = [];
  for (const { spec, layer, place, inputs } of layers) {
    const below = inputs.map((position) => (position < 0 ? pixel : seen[position]));
    const [rows, columns] = [widest(below.map((each) => each.rows)), widest(below.map((each) => each.columns))];
    const window = layer.window?.(spec, place);
    seen.push({
      rows: window ? widen(rows, window.height, window.strideHeight) : rows,
      columns: window ? widen(columns, window.width, window.strideWidth) : columns,
    });
  }
  return seen.map(({ rows, columns }) => ({
    height: Math.min(rows.field, input.height),
    width: Math.min(columns.field, input.width),
  }));
}
