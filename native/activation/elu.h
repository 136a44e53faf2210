// Exponential linear unit: x, or alpha (e^x - 1) below 0; NaN stays NaN.
#pragma once
#include "math/exp.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Elu {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T> alpha, Vec<T> x) {
    using V = Vec<T>;
    // Beyond -2 tanh_high, e^x - 1 rounds to -1. What is computed of a positive x is not taken.
    const V low = max(V::set1(-2 * Constants<T>::tanh_high), x);
    V n;
    const V p = reduced_expm1(low, n);
    const V scaled = power_of_two(n);
    return select_greater(x, V::zero(), x, alpha * fma(scaled, p, scaled - V::set1(T(1))));
  }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T> alpha, Vec<T> y, Vec<T> dy) {
    return select_greater(y, Vec<T>::zero(), dy, dy * (y + alpha));
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
