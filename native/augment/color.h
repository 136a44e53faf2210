// Contrast, brightness and noise.
#pragma once
#include <stdint.h>

#include "augment/draw.h"
#include "augment/sums.h"
#include "noise/draws.h"
#include "noise/gauss.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Contrast about the image's mean, brightness, noise; then back into 0 … maximum.
template <class T> inline void color(const AugmentArguments<T>& a, const Image& image, T* x) {
  if (!(a.contrast > 0 || a.brightness > 0 || a.noise > 0)) return;
  const int64_t n = a.height * a.width * a.channels;
  if (a.contrast > 0 || a.brightness > 0) {
    const double mean = a.contrast > 0 ? sums_of(x, n).sum / double(n) : 0;
    const double contrast = 1 + image.chances.within(a.contrast, 2, 0),
                 brightness = image.chances.within(a.brightness, 2, 1) * double(a.maximum);
    const T gain = T(contrast), offset = T(mean - contrast * mean + brightness);
    for (int64_t i = 0; i < n; i++) x[i] = x[i] * gain + offset;
  }
  if (a.noise > 0) {
    Step one = image.step;
    one.first = image.row;
    one.rows = 1;
    Draws<T> draws(image.order, a.key0, a.key1 + 1, a.height * a.width, a.channels);
    draws.run(one, Gauss<T>{Vec<double>::set1(a.noise * double(a.maximum))},
              [&](int64_t, int64_t feature, int64_t count, const T* noise) {
                for (int64_t i = 0; i < count; i++) x[feature + i] = x[feature + i] + noise[i];
              });
  }
  const T most = T(a.maximum);
  for (int64_t i = 0; i < n; i++) {
    const T positive = x[i] > T(0) ? x[i] : T(0);
    x[i] = positive < most ? positive : most;
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
