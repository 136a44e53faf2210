// Cross-entropy on the softmax p: L = -sum t ln p; dL/dz = p - t.
#pragma once
#include <stdint.h>

#include "loss/samples.h"
#include "math/log.h"

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
  each_sample<T>(words, step, [](const Sample<T>& s) {
    using V = Vec<T>;
    const V n = V::set1(T(s.classes)), lane = iota<T>(), off = V::set1(T(s.rest));
    double largest;
    const double log_sum = log(softmax_row(s.z, s.dz, s.classes, largest));
    const double value = log_sum + largest - target_logit(s);
    s.dz[s.label] -= T((1 - s.smoothing) * s.share);
    if (s.partner >= 0) s.dz[s.partner] -= T((1 - s.smoothing) * (1 - s.share));
    for (int64_t i = 0; i < s.classes; i += V::lanes)
      ((V::load(s.dz + i) - select_greater(n, lane + V::set1(T(i)), off, V::zero())) * s.scale).store(s.dz + i);
    return value;
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
