// tanh
#pragma once
#include "math/exp.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// tanh x = t / (t + 2) with t = expm1(2 |x|), the sign put back.
template <class T> HEDDLE_INLINE_LONG Vec<T> tanh(Vec<T> x) {
  using V = Vec<T>;
  const V zero = V::zero(), high = V::set1(Constants<T>::tanh_high);
  V magnitude = max(zero - x, x);
  magnitude = select_greater(magnitude, high, high, magnitude);
  V n;
  const V p = reduced_expm1(magnitude + magnitude, n);
  const V scaled = power_of_two(n);
  const V t = fma(scaled, p, scaled - V::set1(T(1)));
  const V y = t / (t + V::set1(T(2)));
  return select_greater(zero, x, zero - y, y);
}

struct Tanh {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T>, Vec<T> x) { return tanh(x); }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T>, Vec<T> y, Vec<T> dy) {
    return dy * fma(Vec<T>::zero() - y, y, Vec<T>::set1(T(1)));
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
