// The dense layer and its gradient by the input where ranks divide a product in tiles: some rows of the chunk times a
// panel of columns. A rank then reads a few panels of the weights, where one that has rows of its own reads all.
#pragma once
#include <stdint.h>

#include "dense/dense.h"
#include "gemm/panels.h"
#include "op.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// The chunk's rows lie in `bands`, a band's in `pieces`. Tiles are numbered band by band, panel by panel.
struct TileRange {
  int64_t bands, pieces, first, last;
};

template <class T> void multiply_tiles(const DenseProduct<T>& product, const T* packed, int64_t n, TileRange tiles) {
  constexpr int64_t panel_columns = panel_vectors * Vec<T>::lanes;
  const int64_t of_band = (n + panel_columns - 1) / panel_columns * tiles.pieces;
  for (int64_t band = 0; band < tiles.bands; band++) {
    const int64_t top = product.rows * band / tiles.bands, height = product.rows * (band + 1) / tiles.bands - top;
    for_each_panel_units(packed, product.depth, n, tiles.pieces, tiles.first - band * of_band,
                         tiles.last - band * of_band, [&](const PanelView<T>& panel, int64_t from, int64_t to) {
                           product.between(top + height * from / tiles.pieces, top + height * to / tiles.pieces)
                               .multiply(panel);
                         });
  }
}

template <class T> struct DenseTilesArguments {
  DenseArguments<T> dense;
  TileRange tiles;
};

// denseTiles: the rank's tiles of y = f(x w + b).
template <class T> void dense_tiles(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseTilesArguments<T>>(words);
  multiply_tiles(product_of(a.dense, 0, step.chunk), a.dense.w, a.dense.n, a.tiles);
}

template <class T> struct DenseInputGradientTilesArguments {
  DenseInputGradientArguments<T> gradient;
  TileRange tiles;
};

// denseInputGradientTiles: the rank's tiles of dx = (dy w^T) * f'(below).
template <class T> void dense_input_gradient_tiles(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseInputGradientTilesArguments<T>>(words);
  multiply_tiles(product_of(a.gradient, 0, step.chunk), a.gradient.wt, a.gradient.k, a.tiles);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
