// The micro-kernel of every product with a packed matrix: a tile of c in registers,
//
//   c[i][j] = begin + sum over k of A(i, k) * B[k][j]        i < rows, j < vectors of columns
//
// one chain of FMAs over k for each number. A is read where it lies, one number at a time; B's rows are `ldb` apart and
// as wide as the tile, padding included. Defined in gemm/products.h, which is a unit of its own.
#pragma once
#include <stdint.h>

#include "isa/isa.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// What the end of a tile will need from a far cache, fetched while the tile is computed: a few lines at a time, so that
// the loads of the product never wait for them.
template <class T> struct Prefetch {
  static constexpr int64_t interval = 8;  // steps of k between two rounds
  static constexpr int lines = 6;         // of each stream in a round
  static constexpr int most_streams = 4;
  const T* stream[most_streams];
  int streams;
  int64_t at, end;  // numbers of each stream

  // Inline: a call would have to save every register of the tile.
  HEDDLE_INLINE void round() {
    for (int i = 0; i < lines && at < end; i++, at += Vec<T>::lanes)
      for (int s = 0; s < streams; s++) __builtin_prefetch(stream[s] + at, 1);
  }
};

// Where the numbers of a tile begin: at 0, at a row that all its rows share (a bias), or at what is stored in c.
enum class Begin { zero, row, stored };

template <class T> struct Product {
  int64_t depth;
  const T* a;  // A(i, k) = a[i * a_row + k * a_k]
  int64_t a_row, a_k;
  const T* b;
  int64_t ldb;
  T* c;
  int64_t ldc;
  Begin begin;
  const T* row;
  Prefetch<T>* prefetch;  // or null
};

// The functions for all sizes of tiles: of m rows and n vectors, number (m - 1) * tile_vectors + n - 1.
template <class T> struct Products {
  void (*of[tile_rows * tile_vectors])(const Product<T>&);
};
extern const Products<float> products_f32;
extern const Products<double> products_f64;

// The product of a tile of `rows` rows and `vectors` vectors, or of as many as a tile holds.
template <class T> inline void multiply_tile(const Product<T>& product, int64_t rows, int64_t vectors) {
  const int64_t m = rows < tile_rows ? rows : tile_rows, n = vectors < tile_vectors ? vectors : tile_vectors;
  const int64_t number = (m - 1) * tile_vectors + n - 1;
  if constexpr (sizeof(T) == sizeof(float))
    products_f32.of[number](product);
  else
    products_f64.of[number](product);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
