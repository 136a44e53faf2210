// Panels, as weights are packed: panel p holds columns [p * 3 vectors, …) as [k][columns], so that a tile of B is
// contiguous and the padding of the last vector stays exactly zero (op.h).
#pragma once
#include <stdint.h>

#include "op.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct PanelView {
  const T* panel;
  int64_t ld;       // columns of this panel
  int64_t vectors;  // the same in vectors
  int64_t column;   // first column
};

// Calls f for each panel of a packed matrix of `depth` rows and n columns.
template <class T, class F> inline void for_each_panel(const T* packed, int64_t depth, int64_t n, F&& f) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const int64_t vectors = (n + lanes - 1) / lanes;
  for (int64_t v = 0; v < vectors; v += panel_vectors) {
    const int64_t width = vectors - v < panel_vectors ? vectors - v : panel_vectors;
    f(PanelView<T>{packed + v * lanes * depth, width * lanes, width, v * lanes});
  }
}

// Calls f(panel, from, to) for the units of work [first, last) that each panel has: units are numbered panel by panel,
// `units` to a panel.
template <class T, class F> inline void for_each_panel_units(const T* packed, int64_t depth, int64_t n, int64_t units,
                                                             int64_t first, int64_t last, F&& f) {
  int64_t before = 0;  // units of the panels before
  for_each_panel(packed, depth, n, [&](const PanelView<T>& panel) {
    const int64_t from = first > before ? first - before : 0, to = last - before < units ? last - before : units;
    if (from < to) f(panel, from, to);
    before += units;
  });
}

// Writes a block of w (rows <= lanes at row k0, `columns` from column c0) into the panels of its transpose, a square at
// a time.
template <class T> inline void transpose_block(const T* w, int64_t ld, int64_t rows, int64_t columns, int64_t k0,
                                               int64_t c0, T* wt, int64_t k, int64_t n) {
  using V = Vec<T>;
  constexpr int64_t panel = panel_vectors * V::lanes, lanes = V::lanes;
  const int64_t q = k0 / panel, all = round_to_lanes<T>(k);
  const int64_t width = all - q * panel < panel ? all - q * panel : panel;
  T* out = wt + q * panel * n + c0 * width + (k0 - q * panel);
  for (int64_t j = 0; j < columns; j += lanes) {
    V square[lanes];
    HEDDLE_UNROLL
    for (int64_t i = 0; i < lanes; i++) square[i] = i < rows ? V::load(w + i * ld + j) : V::zero();
    transpose(square);
    for (int64_t i = 0; i < lanes && j + i < columns; i++) square[i].store(out + (j + i) * width);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
