// A gain for each channel.
#pragma once
#include <stdint.h>

#include "augment/draw.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Each channel times a factor of its own, then back into 0 … maximum.
template <class T> inline void jitter(const AugmentArguments<T>& a, const Image& image, T* x) {
  if (!(a.jitter > 0)) return;
  T gain[4];
  for (int word = 0; word < 4; word++) gain[word] = T(1 + image.chances.within(a.jitter, 6, word));
  const T most = T(a.maximum);
  const int64_t pixels = a.height * a.width;
  for (int64_t i = 0; i < pixels; i++) {
    for (int64_t c = 0; c < a.channels; c++, x++) {
      const T value = *x * gain[c % 4], positive = value > T(0) ? value : T(0);
      *x = positive < most ? positive : most;
    }
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
