// Sigmoid linear unit x / (1 + e^-x).
#pragma once
#include "math/exp.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Silu {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T>, Vec<T> x) {
    using V = Vec<T>;
    return x / (V::set1(T(1)) + exp(V::zero() - x));
  }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T>, Vec<T> x, Vec<T> dy) {
    using V = Vec<T>;
    // Of e^-|x|, so that neither s nor 1 - s is a difference.
    const V zero = V::zero(), one = V::set1(T(1)), power = exp(zero - max(zero - x, x));
    const V more = one / (one + power), less = power * more;
    const V s = select_greater(x, zero, more, less), rest = select_greater(x, zero, less, more);
    return dy * (s * fma(x, rest, one));
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
