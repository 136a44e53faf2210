// The micro-kernel with B where it lies, for instruction sets whose tile is as wide as a panel: the last vector of a
// row has `edge` numbers. B's rows may be pages apart, which hardware does not foresee: they are prefetched.
#pragma once
#include <stdint.h>

#include "gemm/product.h"
#include "gemm/tile.h"
#include "isa/isa.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// `keep`: where the rows of B that go by are kept, N vectors each, for the tiles to come; or null.
template <class T, int M, int N>
__attribute__((noinline)) void multiply_in_place(const Product<T>& p, int edge, T* keep) {
  constexpr int64_t ahead = 12, lanes = Vec<T>::lanes;
  Tile<T, M, N> tile;
  if (p.begin == Begin::stored)
    tile.load(p.c, p.ldc);
  else
    tile.clear();
  const T *a = p.a, *b = p.b;
  for (int64_t k = 0; k < p.depth; k++, a += p.a_k, b += p.ldb) {
    const T* const next = b + (k + ahead < p.depth ? ahead : 0) * p.ldb;
    HEDDLE_UNROLL
    for (int j = 0; j < N; j++) __builtin_prefetch(next + j * lanes);
    Vec<T> row[N];
    HEDDLE_UNROLL
    for (int j = 0; j < N; j++) {
      row[j] = j == N - 1 ? Vec<T>::load_partial(b + j * lanes, edge) : Vec<T>::load(b + j * lanes);
      if (keep) row[j].store(keep + (k * N + j) * lanes);
    }
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) {
      const Vec<T> x = Vec<T>::set1(a[i * p.a_row]);
      HEDDLE_UNROLL
      for (int j = 0; j < N; j++) tile.c[i][j] = fma(x, row[j], tile.c[i][j]);
    }
  }
  tile.store(p.c, p.ldc);
}

// A tile of all rows, as many vectors wide as a panel has.
template <class T> inline void multiply_in_place(const Product<T>& p, int64_t vectors, int edge, T* keep) {
  static_assert(!wide_tile || tile_vectors == 3);
  if (vectors == 3)
    multiply_in_place<T, tile_rows, 3>(p, edge, keep);
  else if (vectors == 2)
    multiply_in_place<T, tile_rows, 2>(p, edge, keep);
  else
    multiply_in_place<T, tile_rows, 1>(p, edge, keep);
}

// At most so many rows are few: B is read once, in strips as wide as the registers allow.
constexpr int64_t few_rows = tile_rows / 2;

// How many vectors wide a strip of so few rows is.
inline int64_t strip_width(int64_t rows, int64_t vectors) {
  const int64_t all = tile_rows * tile_vectors / rows, wide = all < 8 ? all : 8;
  return vectors >= wide ? wide : vectors >= tile_vectors ? tile_vectors : 1;
}
template <class T, int M> inline void multiply_strip(const Product<T>& p, int64_t rows, int64_t width, int edge) {
  constexpr int all = tile_rows * tile_vectors / M, wide = all < 8 ? all : 8;
  if constexpr (M > 1) {
    if (rows < M) return multiply_strip<T, M - 1>(p, rows, width, edge);
  }
  if (width == wide)
    multiply_in_place<T, M, wide>(p, edge, nullptr);
  else if (width == tile_vectors)
    multiply_in_place<T, M, tile_vectors>(p, edge, nullptr);
  else
    multiply_in_place<T, M, 1>(p, edge, nullptr);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
