// x / (scale sqrt(r + inside) + outside): a step scaled by a root, with epsilon in its place. 0 where the root is 0.
#pragma once
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct StepOf {
  using V = Vec<T>;
  V inside, scale, outside;

  // scalars: inside, scale, outside
  explicit StepOf(const double* scalars)
      : inside(V::set1(T(scalars[0]))), scale(V::set1(T(scalars[1]))), outside(V::set1(T(scalars[2]))) {}

  HEDDLE_INLINE V of(V x, V r) const {
    const V root = fma(sqrt(r + inside), scale, outside);
    return select_equal(root, V::zero(), V::zero(), x / root);
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
