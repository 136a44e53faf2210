/**
 * Winograd's F(4x4, 3x3) as `native/winograd/` computes it: the sizes of its buffers. All lengths are in numbers of the run's format; `lanes` are those of a vector.
 */
import { panelVectors } from "./layout.js";
import { padded } from "./panels.js";

/** Points of a tile, 6x6 inputs, as many products a pair of channels, 4x4 outputs. */
export const winogradPoints = 36;
/** Tiles at a time: `winograd_tiles` in `native/winograd/tiles.h`. */
const tilesAtOnce = 48;
/** Units of a panel whose inputs are transformed together: `winograd_group_units` in `native/winograd/gradient.h`. */
const groupUnits = 8;

/** Transformed filters: u from channels to filters, ut from filters to channels. */
export const transformedLength = (from: number, to: number, lanes: number): number =>
  winogradPoints * from * padded(to, lanes);

const panelColumns = (n: number, lanes: number) => Math.min(panelVectors * lanes, padded(n, lanes));
const planes = (columns: number, lanes: number) => winogradPoints * (tilesAtOnce * columns + lanes);

/** Workspace of `winograd`. */
export const productWorkspace = (channels: number, filters: number, lanes: number): number =>
  padded(channels, lanes) + planes(padded(channels, lanes), lanes) + planes(panelColumns(filters, lanes), lanes);

/** Workspace of `winogradInputGradient`. */
export const inputGradientWorkspace = (channels: number, filters: number, lanes: number): number =>
  productWorkspace(filters, channels, lanes) + padded(channels, lanes);

/** `accumulator` of `winogradWeightGradient`, and `g` of `winogradUpdate`. */
export const sumLength = (channels: number, filters: number, lanes: number): number =>
  winogradPoints * padded(channels, lanes) * padded(filters, lanes);

/** Workspace of `winogradWeightGradient`. */
export const gradientWorkspace = (channels: number, filters: number, lanes: number): number =>
  padded(Math.max(channels, filters), lanes) + planes(groupUnits * lanes, lanes) + planes(panelVectors * lanes, lanes);

/** Workspace of `winogradUpdate` without `g`, whatever its units. */
export const updateWorkspace = (channels: number, filters: number, lanes: number): number =>
  gradientWorkspace(channels, filters, lanes) + winogradPoints * groupUnits * lanes * padded(filters, lanes);
