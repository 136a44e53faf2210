// Leaky rectified linear unit: x, or slope x below 0.
#pragma once
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct LeakyRelu {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T> slope, Vec<T> x) {
    return select_greater(Vec<T>::zero(), x, x * slope, x);
  }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T> slope, Vec<T> y, Vec<T> dy) {
    return select_greater(y, Vec<T>::zero(), dy, dy * slope);
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
