// What is done to a gradient before the optimizer sees it, and to the weights: clipping first, then decay and L1.
//   g' = factor clamp(g, -clip, clip) + decay w + l1 sign(w);  w = shrink w
#pragma once
#include <stdint.h>

#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t penalty_numbers = 512;

// A gradient that is not a number stays one.
template <class T> HEDDLE_INLINE Vec<T> clamp(Vec<T> g, Vec<T> most, Vec<T> least) {
  const Vec<T> below = select_greater(g, most, most, g);
  return select_greater(least, below, least, below);
}

template <class T> inline void penalize(T* w, const T* g, T* changed, int64_t n, const double* scalars) {
  using V = Vec<T>;
  const V zero = V::zero();
  const V most = V::set1(T(scalars[penalty_clip])), least = V::set1(T(-scalars[penalty_clip]));
  const V factor = V::set1(T(scalars[penalty_factor])), decay = V::set1(T(scalars[penalty_decay]));
  const V l1 = V::set1(T(scalars[penalty_l1])), minus_l1 = V::set1(T(-scalars[penalty_l1]));
  const V shrink = V::set1(T(scalars[penalty_shrink]));
  for (int64_t i = 0; i < n; i += V::lanes) {
    const V weight = V::load(w + i);
    const V sign = select_greater(weight, zero, l1, select_greater(zero, weight, minus_l1, zero));
    const V clipped = clamp(V::load(g + i), most, least) * factor;
    (fma(decay, weight, clipped) + sign).store(changed + i);
    (weight * shrink).store(w + i);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
