// Packing a block of B into a panel: `columns` of them, in whole vectors whose rest is 0, times alpha.
#pragma once
#include <stdint.h>

#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// B [depth][columns], its rows ldb apart.
template <class T>
inline void pack_rows(const T* b, int64_t ldb, int64_t depth, int64_t columns, T alpha, T* out, int64_t ld) {
  using V = Vec<T>;
  const V factor = V::set1(alpha);
  for (int64_t k = 0; k < depth; k++)
    for (int64_t j = 0; j < ld; j += V::lanes) {
      const int n = columns - j < V::lanes ? int(columns - j) : V::lanes;
      (V::load_partial(b + k * ldb + j, n) * factor).store(out + k * ld + j);
    }
}

// B^T, where B lies as [columns][depth]: squares transposed in registers.
template <class T>
inline void pack_transposed(const T* b, int64_t ldb, int64_t depth, int64_t columns, T alpha, T* out, int64_t ld) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const V factor = V::set1(alpha);
  for (int64_t j = 0; j < ld; j += lanes) {
    for (int64_t k = 0; k < depth; k += lanes) {
      const int deep = depth - k < lanes ? int(depth - k) : lanes;
      V square[lanes];
      HEDDLE_UNROLL
      for (int i = 0; i < lanes; i++)
        square[i] = j + i < columns ? V::load_partial(b + (j + i) * ldb + k, deep) * factor : V::zero();
      transpose(square);
      for (int i = 0; i < deep; i++) square[i].store(out + (k + i) * ld + j);
    }
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
