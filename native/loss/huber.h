// Huber loss on the softmax p: with e = p - t and c = e cut to [-delta, delta], L = sum c (e - c / 2); dL/dz = p (c -
// sum c p).
#pragma once
#include <stdint.h>

#include "loss/samples.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> using HuberArguments = LossArguments<T>;

template <class T> void huber(const Word* words, const Step& step) {
  each_sample<T>(words, step, [](const Sample<T>& s) {
    using V = Vec<T>;
    const Targets<T> target(s);
    const V lane = iota<T>(), delta = V::set1(T(s.parameter)), minus_delta = V::zero() - delta, half = V::set1(T(0.5));
    const auto cut = [&](V e) { return max(minus_delta, select_greater(e, delta, delta, e)); };
    double largest;
    softmax_row(s.z, s.dz, s.classes, largest);
    V dot = V::zero(), sum = V::zero();
    for (int64_t i = 0; i < s.classes; i += V::lanes) {
      const V p = V::load(s.dz + i), e = p - target(lane + V::set1(T(i))), c = cut(e);
      dot = fma(c, p, dot);
      sum = fma(c, e - half * c, sum);
    }
    const V mean = V::set1(fold_sum(dot));
    for (int64_t i = 0; i < s.classes; i += V::lanes) {
      const V p = V::load(s.dz + i), e = p - target(lane + V::set1(T(i)));
      (p * (cut(e) - mean) * s.scale).store(s.dz + i);
    }
    return double(fold_sum(sum));
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
