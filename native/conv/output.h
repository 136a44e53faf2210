// The end of a convolution's tile: activation, pooling or the derivative of what lies below, and the way to the output.
#pragma once
#include <stdint.h>

#include "activation/functions.h"
#include "conv/operands.h"
#include "gemm/tile.h"
#include "op.h"
#include "reduce/largest.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// The positions of a tile of P pointers and M rows (P, or twice P: then the second half of the rows are the same
// positions `far_samples` samples on). Where fewer positions are left than a tile holds, the last one is repeated.
template <class T> struct ConvOutput {
  const ConvOperands<T>& o;
  int64_t sample[tile_rows]{}, place[tile_rows]{};  // number of the output in its sample
  int64_t far_samples = 0;

  static constexpr int64_t lanes = Vec<T>::lanes;

  // relu alone is worth doing on the way out; other functions follow when all of y is there.
  template <int P, int M, int N> inline void store(Tile<T, M, N>& tile, int64_t column, int last) const {
    if (o.activation == Activation::Relu && !o.below) {
      HEDDLE_UNROLL
      for (int i = 0; i < M; i++) HEDDLE_UNROLL
      for (int j = 0; j < N; j++) tile.c[i][j] = max(Vec<T>::zero(), tile.c[i][j]);
    }
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) {
      T* const out = o.y + (sample[i % P] + i / P * far_samples) * o.ldy + place[i % P] + column;
      HEDDLE_UNROLL
      for (int j = 0; j < N; j++) {
        if (j == N - 1)
          tile.c[i][j].store_partial(out + j * lanes, last);
        else
          tile.c[i][j].store(out + j * lanes);
      }
    }
  }

  // A tile of whole windows of 2 x 2: rows 0 … 3 are the first window, in order.
  template <int P, int M, int N> inline void pool_rows(const Tile<T, M, N>& tile, int64_t column, int last) const {
    if constexpr (M % 4 == 0) {
      HEDDLE_UNROLL
      for (int i = 0; i < M; i += 4) HEDDLE_UNROLL
      for (int j = 0; j < N; j++) {
        Largest<T> most{tile.c[i][j], Vec<T>::zero()};
        HEDDLE_UNROLL
        for (int k = 1; k < 4; k++) most.take(tile.c[i + k][j], Vec<T>::set1(T(k)));
        if (o.activation == Activation::Relu) most.value = max(Vec<T>::zero(), most.value);
        const int64_t s = sample[i % P] + i / P * far_samples, to = place[i % P] + column + j * lanes;
        const int count = j == N - 1 ? last : int(lanes);
        most.value.store_partial(o.y + s * o.ldy + to, count);
        if (o.winners) most.place.store_bytes_partial(o.winners + s * o.ldw + to, count);
      }
    }
  }

  // Takes one value of each window into the largest so far.
  __attribute__((noinline)) void pool_part(const T* values, T* best, T* number, int64_t part, int vectors) const {
    const Vec<T> own = Vec<T>::set1(T(part));
    for (int i = 0; i < vectors * lanes; i += lanes) {
      Largest<T> most{Vec<T>::load(values + i), own};
      if (part > 0) {
        most = {Vec<T>::load(best + i), Vec<T>::load(number + i)};
        most.take(Vec<T>::load(values + i), own);
      }
      most.value.store(best + i);
      most.place.store(number + i);
    }
  }

  __attribute__((noinline)) void finish_parts(const T* best, const T* number, int64_t column, int pointers, int m,
                                              int vectors, int last) const {
    for (int i = 0; i < m; i++)
      for (int j = 0; j < vectors; j++) {
        const int64_t s = sample[i % pointers] + i / pointers * far_samples,
                      to = place[i % pointers] + column + j * lanes;
        const int64_t at = (i * vectors + j) * lanes, count = j == vectors - 1 ? last : lanes;
        const Vec<T> value = Vec<T>::load(best + at);
        store_lanes(o.activation == Activation::Relu ? max(Vec<T>::zero(), value) : value, o.y + s * o.ldy + to, count);
        if (o.winners) store_byte_lanes(Vec<T>::load(number + at), o.winners + s * o.ldw + to, count);
      }
  }

  // Multiplies by f'. The tile was just stored: it comes from the first-level cache. A repeated position is finished
  // once.
  __attribute__((noinline)) void finish(int64_t column, int pointers, int m, int vectors, int last) const {
    for (int i = 0; i < m; i++) {
      const int64_t r = i % pointers, s = sample[r] + i / pointers * far_samples;
      if (r > 0 && sample[r] == sample[r - 1] && place[r] == place[r - 1]) continue;
      for (int j = 0; j < vectors; j++) {
        const int64_t at = place[r] + column + j * lanes, count = j == vectors - 1 ? last : lanes;
        T* const out = o.y + s * o.ldy + at;
        store_lanes(apply_derivative(o.activation, o.slope, load_lanes(o.below + s * o.ldbelow + at, count),
                                     load_lanes(out, count)),
                    out, count);
      }
    }
  }
};

// Functions other than relu follow when all of y is there.
template <class T> inline void apply_function(const ConvOperands<T>& o) {
  constexpr int64_t lanes = Vec<T>::lanes;
  if (o.activation == Activation::Identity || o.activation == Activation::Relu || o.below) return;
  const int64_t length = o.vertical.positions / o.window * (o.horizontal.positions / o.window) * o.columns;
  with_function(o.activation, o.slope, [&](auto&& f) {
    for (int64_t s = 0; s < o.samples; s++)
      for (int64_t i = 0; i < length; i += lanes) {
        T* const at = o.y + s * o.ldy + i;
        store_lanes(f(load_lanes(at, length - i)), at, length - i);
      }
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
