// An image under an affine map: turned, moved, leant, zoomed.
#pragma once
#include <stdint.h>

#include "augment/draw.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// In the order of `fillRules` in TypeScript.
enum Fill : int64_t { fill_nearest, fill_constant, fill_reflect };

// Where the pixel at (row, column) is taken from: (row0 + rr row + rc column, column0 + cr row + cc column).
struct Affine {
  double rr, rc, cr, cc, row0, column0;
};

// Rotation, shift, shear and zoom about the image's center, composed in this order as Keras composes them.
template <class T> inline Affine draw_affine(const AugmentArguments<T>& a, const Chances& chances) {
  double cosine, sine, shear_cosine, shear_sine;
  turn_of(chances.within(a.rotate, 0, 0), cosine, sine);
  turn_of(chances.within(a.shear, 0, 1), shear_cosine, shear_sine);
  const double down = chances.within(a.shift_height, 0, 2) * double(a.height),
               right = chances.within(a.shift_width, 0, 3) * double(a.width);
  const double tall = 1 + chances.within(a.zoom_height, 1, 0), wide = 1 + chances.within(a.zoom_width, 1, 1);
  Affine m;
  m.rr = cosine * tall;
  m.cr = sine * tall;
  m.rc = -(cosine * shear_sine + sine * shear_cosine) * wide;
  m.cc = (cosine * shear_cosine - sine * shear_sine) * wide;
  const double row = double(a.height - 1) / 2, column = double(a.width - 1) / 2;
  m.row0 = row + (cosine * down - sine * right) - (m.rr * row + m.rc * column);
  m.column0 = column + (sine * down + cosine * right) - (m.cr * row + m.cc * column);
  return m;
}

// A side of the image with the border of zeros around it: where a coordinate lies on it under a fill rule.
struct Side {
  double low, high, period;  // period 0: no reflection
  Side(int64_t size, int64_t fill)
      : low(fill == fill_constant ? -1 : 0),
        high(double(fill == fill_constant ? size : size - 1)),
        period(fill == fill_reflect ? 2 * double(size) : 0) {}

  void place(double* at, int64_t count) const {
    if (period > 0)
      for (int64_t i = 0; i < count; i++) {
        const double from_edge = at[i] + 0.5, inside = from_edge - period * __builtin_floor(from_edge / period);
        at[i] = (inside > period / 2 ? period - inside : inside) - 0.5;
      }
    for (int64_t i = 0; i < count; i++) {
      const double above = at[i] > low ? at[i] : low;
      at[i] = (above < high ? above : high) + 1;
    }
  }
};

// Between four neighbors, `below` and `channels` numbers apart.
template <class T> inline T blend(const T* at, int64_t below, int64_t channels, T down, T right) {
  const T top = at[0] + right * (at[channels] - at[0]), bottom = at[below] + right * (at[below + channels] - at[below]);
  return top + down * (bottom - top);
}

// x = the image of the workspace under an affine map, between its pixels bilinearly.
template <class T> inline void warp(const AugmentArguments<T>& a, const Affine& m, T* x) {
  constexpr int64_t strip = 64;
  double row[strip], column[strip];
  int32_t place[strip];
  T down[strip], right[strip];
  const Side tall(a.height, a.fill), wide(a.width, a.fill);
  const int64_t channels = a.channels, below = (a.width + 2) * channels;
  const auto pixels = [&](int64_t count, int64_t depth) HEDDLE_LAMBDA {
    for (int64_t i = 0; i < count; i++, x += depth)
      for (int64_t c = 0; c < depth; c++) x[c] = blend(a.workspace + place[i] + c, below, depth, down[i], right[i]);
  };
  for (int64_t y = 0; y < a.height; y++)
    for (int64_t from = 0; from < a.width; from += strip) {
      const int64_t count = a.width - from < strip ? a.width - from : strip;
      const double row0 = m.row0 + m.rr * double(y), column0 = m.column0 + m.cr * double(y);
      for (int64_t i = 0; i < count; i++) {
        const double at = double(int32_t(from + i));
        row[i] = row0 + m.rc * at;
        column[i] = column0 + m.cc * at;
      }
      tall.place(row, count);
      wide.place(column, count);
      for (int64_t i = 0; i < count; i++) {
        const int32_t r = int32_t(row[i]) < int32_t(a.height) ? int32_t(row[i]) : int32_t(a.height);
        const int32_t c = int32_t(column[i]) < int32_t(a.width) ? int32_t(column[i]) : int32_t(a.width);
        down[i] = T(row[i] - double(r));
        right[i] = T(column[i] - double(c));
        place[i] = r * int32_t(below) + c * int32_t(channels);
      }
      if (channels == 1)
        pixels(count, 1);
      else if (channels == 3)
        pixels(count, 3);
      else
        pixels(count, channels);
    }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
