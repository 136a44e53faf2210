/** A convolution's sizes and its kernel as plain arrays. */
import type { Real } from "./operation.js";
import type { Part } from "./plain.js";

/** The integers that describe a convolution; padding at the bottom and the right follows from the size of the output. */
export const sizes =
  "height width channels kernelHeight kernelWidth strideHeight strideWidth padTop padLeft outHeight outWidth filters";

/** A convolution's sizes, as its operations have them. */
export interface ConvGeometry {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly padTop: number;
  readonly padLeft: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly filters: number;
}

/** Rows of (tap, channel), tap by tap, as [kernelHeight][kernelWidth][channels][columns]: the same rows. */
export function kernelOf(rows: readonly Real[], { kernelHeight, kernelWidth }: ConvGeometry): Real[][][] {
  const channels = rows.length / (kernelHeight * kernelWidth);
  const tap = (at: number): Real[] => rows.slice(at * channels, (at + 1) * channels);
  return Array.from({ length: kernelHeight }, (_, ky) =>
    Array.from({ length: kernelWidth }, (_, kx) => tap(ky * kernelWidth + kx)),
  );
}

/** Of some channels and filters, the part of each tap in the matrix of [kernelHeight · kernelWidth · channels][filters]. */
export function tapsOf(
  { rows: [top, bottom], columns }: Part,
  g: Pick<ConvGeometry, "kernelHeight" | "kernelWidth" | "channels">,
): Part[] {
  return Array.from({ length: g.kernelHeight * g.kernelWidth }, (_, tap) => ({
    rows: [tap * g.channels + top, tap * g.channels + bottom],
    columns,
  }));
}
