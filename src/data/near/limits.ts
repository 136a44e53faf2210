/** What counts as a copy. In the order in which `native/near_calls.h` takes them. */
export const nearLimits = {
  /** Quadrants of copies differ by less, of 0..255: a cell of the grid. */
  cell: 4,
  /** Thumbnails of copies, less their means, differ by no more, summed over their 64 pixels. */
  mostDifference: 2.5 * 64,
  /** Of images with less contrast (deviation of the thumbnail, of 0..255) nothing is told. */
  leastContrast: 4,
  /** Pixels of copies go together at least so well (Pearson's correlation). */
  leastCorrelation: 0.99,
  /** No more comparisons for one image: crowds of like images are no copies, and would take for ever. */
  mostCompared: 500,
} as const;
