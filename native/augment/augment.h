// augment: `gather` for training on changed images. What an image draws is in draw.h, what is done to it in a file
// each; all in loops without fused operations, so that results agree on every instruction set whatever the compiler
// makes of the loops.
#pragma once
#include <stdint.h>
#include <string.h>

#include "augment/draw.h"
#include "augment/sums.h"
#include "augment/warp.h"
#include "generated/changes.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// An image as numbers, mirrored where asked for, its rows `stride` apart.
template <class T> inline void unpack_image(const AugmentArguments<T>& a, const uint8_t* image, bool mirror,
                                            bool upside_down, T* out, int64_t stride) {
  const int64_t row = a.width * a.channels;
  for (int64_t y = 0; y < a.height; y++, out += stride) {
    const uint8_t* in = image + (upside_down ? a.height - 1 - y : y) * row;
    if (!mirror)
      for (int64_t i = 0; i < row; i++) out[i] = T(in[i]);
    else
      for (int64_t x = 0; x < a.width; x++)
        for (int64_t c = 0; c < a.channels; c++) out[x * a.channels + c] = T(in[(a.width - 1 - x) * a.channels + c]);
  }
}

// The workspace: the image inside a border of zeros.
template <class T>
inline void unpack_with_border(const AugmentArguments<T>& a, const uint8_t* image, bool mirror, bool upside_down) {
  const int64_t c = a.channels, stride = (a.width + 2) * c;
  T* w = a.workspace;
  memset(w, 0, size_t(stride) * sizeof(T));
  memset(w + (a.height + 1) * stride, 0, size_t(stride) * sizeof(T));
  for (int64_t y = 1; y <= a.height; y++) {
    memset(w + y * stride, 0, size_t(c) * sizeof(T));
    memset(w + (y + 1) * stride - c, 0, size_t(c) * sizeof(T));
  }
  unpack_image(a, image, mirror, upside_down, w + stride + c, stride);
}

// What changes an image as it is read: flips, and an affine map where it moves.
template <class T> inline void read(const AugmentArguments<T>& a, const uint8_t* image, const Chances& chances,
                                    bool drawn, bool moves, T* x) {
  const bool mirror = a.flip_horizontal && drawn, upside_down = a.flip_vertical && chances.happens(0.5, 1, 3);
  if (moves) {
    unpack_with_border(a, image, mirror, upside_down);
    warp(a, draw_affine(a, chances), x);
  } else {
    unpack_image(a, image, mirror, upside_down, x, a.width * a.channels);
  }
}

template <class T> inline void standardize(const AugmentArguments<T>& a, T* x) {
  using V = Vec<T>;
  const int64_t n = a.height * a.width * a.channels;
  double inverse = 0, mean = 0;
  if (a.per_image) {
    const Sums sums = sums_of(x, n);
    const double spread = (double(n) * sums.squares - sums.sum * sums.sum) / double(n);
    mean = sums.sum / double(n);
    // What is left of an even image is what its pixels were rounded by.
    const double least = 1e-12 * double(a.maximum) * double(a.maximum) * double(n);
    inverse = spread > least ? 1 / __builtin_sqrt(spread) : 0;
  }
  const V image_scale = V::set1(T(inverse)), image_shift = V::set1(T(-mean * inverse));
  for (int64_t i = 0; i < n; i += V::lanes) {
    const int count = int(n - i < V::lanes ? n - i : V::lanes);
    if (count == V::lanes) {
      const V scale = a.per_image ? image_scale : V::load(a.scale + i),
              shift = a.per_image ? image_shift : V::load(a.shift + i);
      fma(V::load(x + i), scale, shift).store(x + i);
    } else {
      const V scale = a.per_image ? image_scale : V::load_partial(a.scale + i, count);
      const V shift = a.per_image ? image_shift : V::load_partial(a.shift + i, count);
      fma(V::load_partial(x + i, count), scale, shift).store_partial(x + i, count);
    }
  }
}

// x = the sample that `order` has for a row, changed.
template <class T>
inline void change(const AugmentArguments<T>& a, const Step& step, const uint32_t* order, int64_t r, T* x) {
  const bool moves =
      a.rotate > 0 || a.shift_height > 0 || a.shift_width > 0 || a.shear > 0 || a.zoom_height > 0 || a.zoom_width > 0;
  const uint32_t sample = order[step.cursor + r];
  const Image image{Chances(step.epoch, sample, a.key0, a.key1), step, order, r};
  // Alternating, the first epoch's draw, and its contrary in every second epoch from then on.
  const bool mirror = a.flip_alternating
                          ? Chances(0, sample, a.key0, a.key1).happens(0.5, 1, 2) != (step.epoch % 2 == 1)
                          : image.chances.happens(0.5, 1, 2);
  read(a, a.images + int64_t(sample) * (a.height * a.width * a.channels), image.chances, mirror, moves, x);
#define HEDDLE_CHANGE(name, header) name(a, image, x);
#include "augment/changes.inc"
#undef HEDDLE_CHANGE
}

template <class T> void augment(const Word* words, const Step& step) {
  const auto a = read_arguments<AugmentArguments<T>>(words);
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    T* x = a.x + r * a.ldx;
    change(a, step, a.order, r, x);
    if (a.mixes) {
      T* other = a.workspace + (a.height + 2) * (a.width + 2) * a.channels;
      change(a, step, a.partners, r, other);
      mix_images(a.mixes[step.cursor + r], a.height, a.width, a.channels, other, x);
    }
    standardize(a, x);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
