// Rectified linear unit: max(0, x); NaN stays NaN.
#pragma once
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Relu {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T>, Vec<T> x) { return max(Vec<T>::zero(), x); }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T>, Vec<T> y, Vec<T> dy) {
    return select_greater(y, Vec<T>::zero(), dy, Vec<T>::zero());
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
