// The micro-kernel (gemm/product.h) for every size of tile, compiled once for all kernels that use it.
#pragma once
#include <stdint.h>

#include <utility>

#include "gemm/product.h"
#include "gemm/tile.h"
#include "isa/isa.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T, int M, int N> void multiply_tile_of(const Product<T>& p) {
  Tile<T, M, N> tile;
  if (p.begin == Begin::stored)
    tile.load(p.c, p.ldc);
  else if (p.begin == Begin::row)
    tile.start_rows(p.row);
  else
    tile.clear();
  if (p.prefetch) {
    Prefetch<T> prefetch = *p.prefetch;
    for (int64_t k = 0; k < p.depth; k += prefetch.interval) {
      prefetch.round();
      const int64_t left = p.depth - k;
      tile.accumulate(left < prefetch.interval ? left : prefetch.interval, p.a + k * p.a_k, p.a_row, p.a_k,
                      p.b + k * p.ldb, p.ldb);
    }
    p.prefetch->at = prefetch.at;
  } else {
    tile.accumulate(p.depth, p.a, p.a_row, p.a_k, p.b, p.ldb);
  }
  tile.store(p.c, p.ldc);
}

template <class T, int... number> constexpr Products<T> products_of(std::integer_sequence<int, number...>) {
  return {{multiply_tile_of<T, number / tile_vectors + 1, number % tile_vectors + 1>...}};
}
using TileNumbers = std::make_integer_sequence<int, tile_rows * tile_vectors>;
const Products<float> products_f32 = products_of<float>(TileNumbers{});
const Products<double> products_f64 = products_of<double>(TileNumbers{});

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
