// A window of an image padded with zeros.
#pragma once
#include <stdint.h>
#include <string.h>

#include "augment/draw.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// The pixel at (row, column) comes from (row + down, column + right): a window of an image padded with zeros.
template <class T> inline void crop(const AugmentArguments<T>& a, const Image& image, T* x) {
  if (a.crop == 0) return;
  const int64_t down = image.chances.below(2 * a.crop + 1, 2, 2) - a.crop,
                right = image.chances.below(2 * a.crop + 1, 2, 3) - a.crop;
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
