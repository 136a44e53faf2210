// gather: the shard's samples from the data set's bytes, standardized on the way.
#pragma once
#include <stdint.h>
#include <string.h>

#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct GatherArguments {
  T* x;  // [chunk][ldx]
  int64_t ldx;
  const uint8_t* images;   // [samples][pixels], channels last
  const uint32_t* order;   // sample of each place in the epoch
  const T *scale, *shift;  // [pixels]: x = byte * scale + shift
  int64_t pixels;
  int64_t per_image;  // 1: minus the image's mean, over the 2-norm of what remains; scale and shift unused
};

// Sums of bytes are exact integers, so the statistics of an image do not depend on the order of its pixels.
template <class T> inline void per_image_statistics(const uint8_t* image, int64_t pixels, T& scale, T& shift) {
  int64_t sum = 0, squares = 0;
  for (int64_t i = 0; i < pixels; i++) {
    sum += image[i];
    squares += int64_t(image[i]) * image[i];
  }
  // n * sum of squared deviations, an exact integer.
  const double spread = double(pixels * squares - sum * sum) / double(pixels);
  const double inverse = spread > 0 ? 1 / __builtin_sqrt(spread) : 0;
  scale = T(inverse);
  shift = T(-(double(sum) / double(pixels)) * inverse);
}

template <class T> void gather(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<GatherArguments<T>>(words);
  const int64_t whole = a.pixels - a.pixels % V::lanes;
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const uint8_t* image = a.images + int64_t(a.order[step.cursor + r]) * a.pixels;
    T* x = a.x + r * a.ldx;
    T image_scale = 0, image_shift = 0;
    if (a.per_image) per_image_statistics(image, a.pixels, image_scale, image_shift);
    const V vector_scale = V::set1(image_scale), vector_shift = V::set1(image_shift);
    for (int64_t i = 0; i < whole; i += V::lanes) {
      const V scale = a.per_image ? vector_scale : V::load(a.scale + i);
      const V shift = a.per_image ? vector_shift : V::load(a.shift + i);
      fma(V::from_bytes(image + i), scale, shift).store(x + i);
    }
    if (whole < a.pixels) {
      // The last image of the set ends where its array ends: take its rest to a buffer first.
      uint8_t rest[V::lanes] = {0};
      T out[V::lanes], scale[V::lanes] = {0}, shift[V::lanes] = {0};
      const int64_t left = a.pixels - whole;
      memcpy(rest, image + whole, size_t(left));
      for (int64_t i = 0; i < left; i++) {
        scale[i] = a.per_image ? image_scale : a.scale[whole + i];
        shift[i] = a.per_image ? image_shift : a.shift[whole + i];
      }
      fma(V::from_bytes(rest), V::load(scale), V::load(shift)).store(out);
      memcpy(x + whole, out, size_t(left) * sizeof(T));
    }
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
