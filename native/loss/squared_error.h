// Squared error on the softmax p: L = 1/2 sum e^2 with e = p - t; dL/dz = p * (e - sum e p).
#pragma once
#include <stdint.h>

#include "loss/samples.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> using SquaredErrorArguments = LossArguments<T>;

template <class T> void squared_error(const Word* words, const Step& step) {
  each_sample<T>(words, step, [](const Sample<T>& s) {
    using V = Vec<T>;
    const Targets<T> target(s);
    const V lane = iota<T>();
    double largest;
    softmax_row(s.z, s.dz, s.classes, largest);
    V dot = V::zero(), squares = V::zero();
    for (int64_t i = 0; i < s.classes; i += V::lanes) {
      const V p = V::load(s.dz + i), e = p - target(lane + V::set1(T(i)));
      dot = fma(e, p, dot);
      squares = fma(e, e, squares);
    }
    const V mean = V::set1(fold_sum(dot));
    for (int64_t i = 0; i < s.classes; i += V::lanes) {
      const V p = V::load(s.dz + i), e = p - target(lane + V::set1(T(i)));
      (p * (e - mean) * s.scale).store(s.dz + i);
    }
    return 0.5 * double(fold_sum(squares));
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
