// Where the taps of a convolution meet the image. An image is [height][width][channels], a sample's row of a buffer.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// In the order of the signatures in kernels.inc. Padding at the bottom and the right follows from the size of the output.
struct ConvGeometry {
  int64_t height, width, channels, kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left, out_height, out_width,
      filters;
  int64_t taps() const { return kernel_height * kernel_width; }
};

// What a position along an axis sees: taps `tap`, tap + axis.down, … meet places `source`, source + 1, … of the image.
struct Taps {
  int64_t tap, source, count;
};

// One axis of a convolution or of its transpose: at position o, tap t meets place i of the image where
//   o * up - pad + t = i * down.
struct Axis {
  int64_t image, kernel, positions, up, down, pad;

  Taps taps(int64_t position) const {
    const int64_t origin = position * up - pad;
    int64_t tap = origin < 0 ? -origin : 0, source = origin + tap, left = kernel - tap;
    if (down > 1) {
      const int64_t over = source % down, skip = over ? down - over : 0;
      tap += skip;
      source = (source + skip) / down;
      left = (left - skip + down - 1) / down;
    }
    const int64_t inside = image - source, count = left < inside ? left : inside;
    return {tap, source, count > 0 ? count : 0};
  }
  // Whether the windows of `window` neighbouring positions number q and r meet the same taps.
  bool alike(int64_t q, int64_t r, int64_t window) const {
    for (int64_t i = 0; i < window; i++) {
      const Taps a = taps(q * window + i), b = taps(r * window + i);
      if (a.tap != b.tap || a.count != b.count) return false;
    }
    return true;
  }
};

// Windows first, first + axis.down, … of an axis, which all meet the same taps: most of them are one group, and those at the
// borders of a padded image a group each.
struct Group {
  int64_t first, count;
};

// Calls f for each group of an axis cut into windows (of one position each where nothing is pooled).
template <class F> inline void for_each_group(const Axis& axis, int64_t window, F&& f) {
  const int64_t windows = axis.positions / window;
  for (int64_t phase = 0; phase < axis.down; phase++)
    for (int64_t q = phase, count; q < windows; q += count * axis.down) {
      for (count = 1; q + count * axis.down < windows && axis.alike(q, q + count * axis.down, window);) count++;
      f(Group{q, count});
    }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
