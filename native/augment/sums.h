// Sum and sum of squares of an image.
#pragma once
#include <stdint.h>
#include <string.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Sums {
  double sum, squares;
};
// Over 8 lanes, folded. Of whole numbers they are exact.
template <class T> inline Sums sums_of(const T* x, int64_t n) {
  using V = Vec<double>;
  V sum = V::zero(), squares = V::zero();
  for (int64_t i = 0; i < n; i += V::lanes) {
    T rest[V::lanes] = {0};
    if (n - i < V::lanes) memcpy(rest, x + i, size_t(n - i) * sizeof(T));
    const V v = V::load(n - i < V::lanes ? rest : x + i);
    sum = sum + v;
    squares = squares + v * v;
  }
  return {fold_sum(sum), fold_sum(squares)};
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
