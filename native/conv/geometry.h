// Where the taps of a convolution meet the image. An image is [height][width][channels], a sample's row of a buffer.
#pragma once
#include <stdint.h>

#include "isa/isa.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// In the order of the signatures in src/kernels/ops. Padding at the bottom and the right follows from the size of the
// output.
struct ConvGeometry {
  int64_t height, width, channels, kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left,
      out_height, out_width, filters;
  int64_t taps() const { return kernel_height * kernel_width; }
};

// What a position along an axis sees: taps `tap`, tap + axis.dilation, … meet pixels `source`, source + 1, … of the
// image.
struct Taps {
  int64_t tap, source, count;
};

// One axis of a convolution (of dilation 1) or of its transpose (of stride 1, the convolution's stride being the
// dilation of the image): at position o, tap t meets pixel i of the image where
//   o * stride - pad + t = i * dilation.
struct Axis {
  int64_t image, kernel, positions, stride, dilation, pad;

  Taps taps(int64_t position) const {
    const int64_t origin = position * stride - pad;
    int64_t tap = origin < 0 ? -origin : 0, source = origin + tap, left = kernel - tap;
    if (dilation > 1) {
      const int64_t over = source % dilation, skip = over ? dilation - over : 0;
      tap += skip;
      source = (source + skip) / dilation;
      left = (left - skip + dilation - 1) / dilation;
    }
    const int64_t inside = image - source, count = left < inside ? left : inside;
    return {tap, source, count > 0 ? count : 0};
  }
  // Whether the windows of `window` neighboring positions number q and r meet the same taps.
  bool alike(int64_t q, int64_t r, int64_t window) const {
    for (int64_t i = 0; i < window; i++) {
      const Taps a = taps(q * window + i), b = taps(r * window + i);
      if (a.tap != b.tap || a.count != b.count) return false;
    }
    return true;
  }
};

// `count` windows of an axis from `first` on, `dilation` apart, which all meet the same taps: the middle of an axis is
// one group for each remainder by the dilation, and what lies at the borders of a padded image a group each.
struct Group {
  int64_t first, count;
};

// Calls f for each group of an axis cut into windows (of one position each where nothing is pooled).
template <class F> inline void for_each_group(const Axis& axis, int64_t window, F&& f) {
  const int64_t windows = axis.positions / window;
  for (int64_t phase = 0; phase < axis.dilation; phase++)
    for (int64_t q = phase, count; q < windows; q += count * axis.dilation) {
      for (count = 1; q + count * axis.dilation < windows && axis.alike(q, q + count * axis.dilation, window);) count++;
      f(Group{q, count});
    }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
