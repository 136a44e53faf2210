// An image mixed with another one (src/kernels/mixes): what is drawn stands in the arena, six numbers for each place.
#pragma once
#include <stdint.h>
#include <string.h>

#include "isa/isa.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Weight of the image's own label and of its own pixels outside the box; inside, all is the other's.
struct Mix {
  double label, pixel, top, bottom, left, right;
};
static_assert(sizeof(Mix) == 6 * sizeof(double));

// x and other [height][width][channels]
template <class T>
inline void mix_images(const Mix& mix, int64_t height, int64_t width, int64_t channels, const T* other, T* x) {
  const int64_t row = width * channels;
  if (mix.pixel != 1) {
    const T own = T(mix.pixel), rest = T(1 - mix.pixel);
    for (int64_t i = 0; i < height * row; i++) x[i] = x[i] * own + other[i] * rest;
  }
  const int64_t left = int64_t(mix.left) * channels, count = (int64_t(mix.right) - int64_t(mix.left)) * channels;
  if (count <= 0) return;
  for (int64_t y = int64_t(mix.top); y < int64_t(mix.bottom); y++)
    memcpy(x + y * row + left, other + y * row + left, size_t(count) * sizeof(T));
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
