/** Lengths of the buffers that the batch normalization operations share. */

/** Doubles of one group's sums: mean or sum [channels], M2 or sum [channels], count of numbers per channel. */
export const momentsLength = (channels: number): number => 2 * channels + 1;

/**
 * Numbers of a *wrapped* table (scale, shift; coefficients are four in a row): number i is that of channel i mod
 * channels, so that a vector of a row may start at any channel.
 */
export const wrappedLength = (channels: number, lanes: number): number => channels + lanes;
