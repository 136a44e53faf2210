// The logistic function 1 / (1 + e^-x).
#pragma once
#include "math/exp.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> HEDDLE_INLINE_LONG Vec<T> sigmoid_of(Vec<T> x) {
  using V = Vec<T>;
  const V one = V::set1(T(1));
  return one / (one + exp(V::zero() - x));
}

struct Sigmoid {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T>, Vec<T> x) { return sigmoid_of(x); }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T>, Vec<T> y, Vec<T> dy) {
    return dy * (y * (Vec<T>::set1(T(1)) - y));
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
