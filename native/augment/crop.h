// A window of a padded image.
#pragma once
#include <stdint.h>
#include <string.h>

#include "augment/draw.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// A window of the image mirrored at its edges, which stand twice. The image is copied first: rows are read twice.
template <class T> inline void crop_mirrored(const AugmentArguments<T>& a, int64_t down, int64_t right, T* x) {
  const int64_t row = a.width * a.channels;
  memcpy(a.workspace, x, size_t(a.height * row) * sizeof(T));
  const auto inside = [](int64_t at, int64_t size) { return at < 0 ? -1 - at : at >= size ? 2 * size - 1 - at : at; };
  for (int64_t y = 0; y < a.height; y++) {
    const T* in = a.workspace + inside(y + down, a.height) * row;
    for (int64_t z = 0; z < a.width; z++)
      memcpy(x + y * row + z * a.channels, in + inside(z + right, a.width) * a.channels,
             size_t(a.channels) * sizeof(T));
  }
}

// The pixel at (row, column) comes from (row + down, column + right): a window of an image padded with zeros.
template <class T> inline void crop(const AugmentArguments<T>& a, const Image& image, T* x) {
  if (a.crop == 0) return;
  const int64_t down = image.chances.below(2 * a.crop + 1, 2, 2) - a.crop,
                right = image.chances.below(2 * a.crop + 1, 2, 3) - a.crop;
  if (a.crop_reflect) return crop_mirrored(a, down, right, x);
  const int64_t row = a.width * a.channels, away = (right < 0 ? -right : right) * a.channels;
  const int64_t moved = away < row ? away : row;
  for (int64_t i = 0; i < a.height; i++) {
    const int64_t y = down >= 0 ? i : a.height - 1 - i;  // what is still to be read is not yet written
    T* out = x + y * row;
    if (y + down < 0 || y + down >= a.height) {
      memset(out, 0, size_t(row) * sizeof(T));
      continue;
    }
    const T* in = x + (y + down) * row;
    memmove(right < 0 ? out + moved : out, right < 0 ? in : in + moved, size_t(row - moved) * sizeof(T));
    memset(right < 0 ? out : out + row - moved, 0, size_t(moved) * sizeof(T));
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
