// Gaussian error linear unit x P(x), with P the normal distribution function.
#pragma once
#include "math/normal_tail.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// P(x), and e^(-x^2/2).
template <class T> HEDDLE_INLINE_LONG Vec<T> normal_distribution(Vec<T> x, Vec<T>& power) {
  using V = Vec<T>;
  const V tail = normal_tail(x, power);
  return select_greater(x, V::zero(), V::set1(T(1)) - tail, tail);
}

struct Gelu {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T>, Vec<T> x) {
    Vec<T> power;
    return x * normal_distribution(x, power);
  }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T>, Vec<T> x, Vec<T> dy) {
    using V = Vec<T>;
    V power;
    const V below = normal_distribution(x, power);
    return dy * fma(x * power, V::set1(T(0.398942280401432678)), below);
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
