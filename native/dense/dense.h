// The dense layer and its gradient by the input: rows times packed weights (gemm/panels.h).
#pragma once
#include <stdint.h>

#include "activation/functions.h"
#include "gemm/panels.h"
#include "gemm/product.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Rows of a panel that are taken at a time: 96 KB, which stream from the second-level cache as fast as they are used.
// (Shorter blocks, that fit the first level, cost more in starting and ending tiles.)
constexpr int64_t panel_block_rows = 512;

// y[rows][n] = start + x[rows][depth] * packed, then through an elementwise function: f(y), or y * f'(below) where
// `below` is given. `start` is a padded row (bias), or null for zero.
template <class T> struct DenseProduct {
  const T* x;
  int64_t ldx, rows, depth;
  const T* start;
  T* y;
  int64_t ldy;
  const T* below;
  int64_t ldbelow;
  Activation activation;
  Vec<T> slope;

  void multiply(const T* packed, int64_t n) const {
    for_each_panel(packed, depth, n, [&](const PanelView<T>& panel) { multiply(panel); });
  }

  void multiply(const PanelView<T>& panel) const {
    const int64_t blocks = (depth + panel_block_rows - 1) / panel_block_rows;
    for (int64_t i = 0; i < blocks; i++)
      for (int64_t row = 0; row < rows; row += tile_rows)
        for (int64_t vector = 0; vector < panel.vectors; vector += tile_vectors)
          tile(panel, depth * i / blocks, depth * (i + 1) / blocks, row, vector);
  }

  // Rows [from, to) alone.
  DenseProduct between(int64_t from, int64_t to) const {
    DenseProduct part = *this;
    part.x += from * ldx;
    part.y += from * ldy;
    if (below) part.below += from * ldbelow;
    part.rows = to - from;
    return part;
  }

  // The tile at (row, vector) of the panel, over rows [from, to) of the weights.
  void tile(const PanelView<T>& panel, int64_t from, int64_t to, int64_t row, int64_t vector) const {
    const int m = rows - row < tile_rows ? int(rows - row) : tile_rows;
    const int n = panel.vectors - vector < tile_vectors ? int(panel.vectors - vector) : tile_vectors;
    const int64_t column = panel.column + vector * Vec<T>::lanes;
    T* const out = y + row * ldy + column;
    prefetch(out, row, column, m, n);
    multiply_tile<T>({to - from, x + row * ldx + from, ldx, 1, panel.panel + from * panel.ld + vector * Vec<T>::lanes,
                      panel.ld, out, ldy,
                      from > 0 ? Begin::stored
                      : start  ? Begin::row
                               : Begin::zero,
                      start + column, nullptr},
                     m, n);
    if (activation != Activation::Identity && to == depth) finish(out, row, column, m, n);
  }

  // What the end of a tile touches lies in a far cache by its start.
  void prefetch(const T* out, int64_t row, int64_t column, int m, int n) const {
    for (int i = 0; i < m; i++)
      for (int j = 0; j < n; j++) {
        __builtin_prefetch(out + i * ldy + j * Vec<T>::lanes, 1);
        if (below) __builtin_prefetch(below + (row + i) * ldbelow + column + j * Vec<T>::lanes);
      }
  }

  // The tile was just stored: it comes from the first-level cache.
  __attribute__((noinline)) void finish(T* out, int64_t row, int64_t column, int m, int n) const {
    const auto each = [&](auto&& change) {
      for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
          T* const at = out + i * ldy + j * Vec<T>::lanes;
          change((row + i) * ldbelow + column + j * Vec<T>::lanes, Vec<T>::load(at)).store(at);
        }
    };
    if (below)
      with_derivative(activation, slope, [&](auto&& derive) {
        each([&](int64_t i, Vec<T> value) HEDDLE_LAMBDA { return derive(Vec<T>::load(below + i), value); });
      });
    else
      with_function(activation, slope,
                    [&](auto&& f) { each([&](int64_t, Vec<T> value) HEDDLE_LAMBDA { return f(value); }); });
  }
};

template <class T> struct DenseArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* w;   // packed [k][n]
  const T* b;   // [n padded], or null
  T* y;
  int64_t ldy;  // [chunk][ldy]
  int64_t k, n;
  Activation activation;
  double slope;
};

// Of `rows` rows from `first` on; accumulators start from b.
template <class T> DenseProduct<T> product_of(const DenseArguments<T>& a, int64_t first, int64_t rows) {
  return {
      .x = a.x + first * a.ldx,
      .ldx = a.ldx,
      .rows = rows,
      .depth = a.k,
      .start = a.b,
      .y = a.y + first * a.ldy,
      .ldy = a.ldy,
      .below = nullptr,
      .ldbelow = 0,
      .activation = a.activation,
      .slope = Vec<T>::set1(T(a.slope)),
  };
}

// dense: y = f(x w + b).
template <class T> void dense(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseArguments<T>>(words);
  product_of(a, step.first, step.rows).multiply(a.w, a.n);
}

template <class T> struct DenseInputGradientArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const T* wt;   // packed [n][k]
  T* dx;
  int64_t lddx;  // [chunk][lddx]
  const T* y;
  int64_t ldy;  // [chunk][ldy] what the function below gave; null where there is none
  int64_t k, n;
  Activation activation;
  double slope;
};

template <class T> DenseProduct<T> product_of(const DenseInputGradientArguments<T>& a, int64_t first, int64_t rows) {
  return {
      .x = a.dy + first * a.lddy,
      .ldx = a.lddy,
      .rows = rows,
      .depth = a.n,
      .start = nullptr,
      .y = a.dx + first * a.lddx,
      .ldy = a.lddx,
      .below = a.y ? a.y + first * a.ldy : nullptr,
      .ldbelow = a.ldy,
      .activation = a.y ? a.activation : Activation::Identity,
      .slope = Vec<T>::set1(T(a.slope)),
  };
}

// denseInputGradient: dx = (dy w^T) * f'(below), with f the elementwise function of the layer below.
template <class T> void dense_input_gradient(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseInputGradientArguments<T>>(words);
  product_of(a, step.first, step.rows).multiply(a.wt, a.k);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
