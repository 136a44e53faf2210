// Cross-entropy on the softmax p: L = -sum t ln p; dL/dz = p - t.
#pragma once
#include <stdint.h>

#include "loss/samples.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> using SoftmaxCrossEntropyArguments = LossArguments<T>;

// sum t z: what smoothing leaves of the labels' logits, and what it gives to all.
template <class T> inline double target_logit(const Sample<T>& s) {
  double label = double(s.z[s.label]);
  if (s.partner >= 0) label = s.share * label + (1 - s.share) * double(s.z[s.partner]);
  if (s.smoothing == 0) return label;  // 0 times a logit of -infinity is none of the loss
  double sum = 0;
  for (int64_t i = 0; i < s.classes; i++) sum += double(s.z[i]);
  return (1 - s.smoothing) * label + s.rest * sum;
}

template <class T> void softmax_cross_entropy(const Word* words, const Step& step) {
  each_sample<T>(words, step, [](const Sample<T>& s) -> LossTerms {
    using V = Vec<T>;
    const V n = V::set1(T(s.classes)), lane = iota<T>(), off = V::set1(T(s.rest));
    const V label = V::set1(T(s.label)), on = V::set1(T((1 - s.smoothing) * s.share));
    const V partner = V::set1(T(s.partner)), partly = V::set1(T((1 - s.smoothing) * (1 - s.share)));
    double largest;
    const double sum = softmax_row(s.z, s.dz, s.classes, largest);
    for (int64_t i = 0; i < s.classes; i += V::lanes) {
      const V at = lane + V::set1(T(i)), p = V::load(s.dz + i);
      const V taught = select_equal(at, label, p - on, select_equal(at, partner, p - partly, p));
      ((taught - select_greater(n, at, off, V::zero())) * s.scale).store(s.dz + i);
    }
    return {sum, largest, target_logit(s)};
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
