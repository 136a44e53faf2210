// Max and average pooling of [height][width][channels] rows, channels along the lanes.
#pragma once
#include <stdint.h>
#include <string.h>

#include "op.h"
#include "reduce/largest.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct PoolGeometry {
  int64_t height, width, channels;
  int64_t window_height, window_width, stride_height, stride_width;
  int64_t pad_top, pad_left;  // the other sides follow from the output's size
  int64_t out_height, out_width;

  int64_t inputs() const { return height * width * channels; }
  int64_t outputs() const { return out_height * out_width * channels; }
};

// The part [top, bottom) x [left, right) of an output's window that lies inside the image. (y0, x0): its first tap,
// which may lie outside.
struct Window {
  int64_t y0, x0, top, bottom, left, right;
  Window(const PoolGeometry& g, int64_t oy, int64_t ox)
      : y0(oy * g.stride_height - g.pad_top),
        x0(ox * g.stride_width - g.pad_left),
        top(y0 < 0 ? 0 : y0),
        bottom(y0 + g.window_height < g.height ? y0 + g.window_height : g.height),
        left(x0 < 0 ? 0 : x0),
        right(x0 + g.window_width < g.width ? x0 + g.window_width : g.width) {}
  bool whole(const PoolGeometry& g) const { return bottom - top == g.window_height && right - left == g.window_width; }
};

template <class T> struct MaxPoolArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  T* y;
  int64_t ldy;  // [chunk][ldy]
  uint8_t* winners;
  int64_t ldw;  // [chunk][ldw] place of the maximum in its window, row-major; or null
  PoolGeometry g;
};

// One output pixel, in vectors that may run over into the next ones: those are read for nothing, and written over
// later. `in` and `out`: the numbers left in the two rows from x and y on.
template <class T>
inline void max_window(const PoolGeometry& g, const Window& w, const T* x, T* y, uint8_t* winners, int64_t out) {
  using V = Vec<T>;
  const int64_t first = (w.top - w.y0) * g.window_width + (w.left - w.x0);
  for (int64_t c = 0; c < g.channels; c += V::lanes) {
    Largest<T> most{V::set1(-infinity<T>), V::set1(T(first))};
    for (int64_t iy = w.top; iy < w.bottom; iy++)
      for (int64_t ix = w.left; ix < w.right; ix++) {
        const int64_t at = (iy * g.width + ix) * g.channels + c;
        most.take(load_lanes(x + at, g.inputs() - at), V::set1(T((iy - w.y0) * g.window_width + ix - w.x0)));
      }
    finish_window(most, y + c, winners ? winners + c : nullptr, out - c);
  }
}

// The same for a window of H x W, all inside.
template <int H, int W, class T>
inline void max_window_of(const PoolGeometry& g, const T* x, int64_t in, T* y, uint8_t* winners, int64_t out) {
  using V = Vec<T>;
  const int64_t line = g.width * g.channels, last = (H - 1) * line + (W - 1) * g.channels;
  for (int64_t c = 0; c < g.channels; c += V::lanes) {
    const auto take = [&](auto&& load) HEDDLE_LAMBDA {
      Largest<T> most{load(x + c), V::zero()};
      HEDDLE_UNROLL
      for (int i = 1; i < H * W; i++) most.take(load(x + i / W * line + i % W * g.channels + c), V::set1(T(i)));
      finish_window(most, y + c, winners ? winners + c : nullptr, out - c);
    };
    if (in - last - c >= V::lanes)
      take([](const T* p) HEDDLE_LAMBDA { return V::load(p); });
    else
      take([=](const T* p) HEDDLE_LAMBDA { return load_lanes(p, g.channels - c); });
  }
}

template <class T> void max_pool(const Word* words, const Step& step) {
  const auto a = read_arguments<MaxPoolArguments<T>>(words);
  const PoolGeometry& g = a.g;
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const T* x = a.x + r * a.ldx;
    for (int64_t oy = 0; oy < g.out_height; oy++)
      for (int64_t ox = 0; ox < g.out_width; ox++) {
        const Window w(g, oy, ox);
        const int64_t at = (oy * g.out_width + ox) * g.channels;
        T* y = a.y + r * a.ldy + at;
        uint8_t* winners = a.winners ? a.winners + r * a.ldw + at : nullptr;
        const int64_t corner = (w.y0 * g.width + w.x0) * g.channels, in = g.inputs() - corner, out = g.outputs() - at;
        const bool whole = w.whole(g) && g.window_height == g.window_width;
        if (whole && g.window_width == 2)
          max_window_of<2, 2>(g, x + corner, in, y, winners, out);
        else if (whole && g.window_width == 3)
          max_window_of<3, 3>(g, x + corner, in, y, winners, out);
        else
          max_window(g, w, x, y, winners, out);
      }
  }
}

// Whether no tap belongs to two windows: then each is written once, without adding.
inline bool windows_apart(const PoolGeometry& g) {
  return g.stride_height >= g.window_height && g.stride_width >= g.window_width;
}
// Whether every tap belongs to a window: then nothing needs to be zeroed first.
inline bool windows_cover(const PoolGeometry& g) {
  return g.stride_height <= g.window_height && g.stride_width <= g.window_width && g.pad_top >= 0 && g.pad_left >= 0 &&
         g.out_height * g.stride_height - g.pad_top + (g.window_height - g.stride_height) >= g.height &&
         g.out_width * g.stride_width - g.pad_left + (g.window_width - g.stride_width) >= g.width;
}

// What an output gives to its window of H x W, all inside and its own. `room`: numbers from its last column's pixel to
// where the line may not be written any more; or 0.
template <int H, int W, class T, class Part>
inline void spread_window_of(const PoolGeometry& g, T* dx, int64_t room, int64_t at, Part&& part) {
  using V = Vec<T>;
  const int64_t line = g.width * g.channels;
  for (int64_t c = 0; c < g.channels; c += V::lanes) {
    const auto of_place = part(at + c, g.outputs() - at - c);
    const int64_t n = room >= V::lanes ? room : g.channels - c;
    HEDDLE_UNROLL
    for (int i = 0; i < H * W; i++) store_lanes(of_place(V::set1(T(i))), dx + i / W * line + i % W * g.channels + c, n);
  }
}

// dx of a row from dy: `part(at, left)` is what the outputs from number `at` on (`left` of them to the row's end) give
// to the tap `place` of their windows. Windows that overlap add in the order of the outputs.
template <class T, class Part> inline void spread_windows(const PoolGeometry& g, T* dx, Part&& part) {
  using V = Vec<T>;
  const bool apart = windows_apart(g);
  if (!apart || !windows_cover(g)) memset(dx, 0, size_t(g.inputs()) * sizeof(T));
  // Where windows stand side by side, few channels may run over into pixels of the line that are written later.
  const bool over = apart && g.channels < V::lanes && g.stride_width == g.window_width;
  const int64_t covered = g.out_width * g.stride_width - g.pad_left;
  const int64_t line_end = (covered < g.width ? covered : g.width) * g.channels;
  for (int64_t oy = 0; oy < g.out_height; oy++)
    for (int64_t ox = 0; ox < g.out_width; ox++) {
      const Window w(g, oy, ox);
      const int64_t at = (oy * g.out_width + ox) * g.channels;
      if (apart && g.window_height == 2 && g.window_width == 2 && w.whole(g)) {
        T* corner = dx + (w.y0 * g.width + w.x0) * g.channels;
        spread_window_of<2, 2>(g, corner, over ? line_end - (w.x0 + 1) * g.channels : 0, at, part);
        continue;
      }
      for (int64_t c = 0; c < g.channels; c += V::lanes) {
        const auto of_place = part(at + c, g.outputs() - at - c);
        for (int64_t iy = w.top; iy < w.bottom; iy++)
          for (int64_t ix = w.left; ix < w.right; ix++) {
            T* out = dx + (iy * g.width + ix) * g.channels + c;
            V delta = of_place(V::set1(T((iy - w.y0) * g.window_width + ix - w.x0)));
            if (!apart) delta = load_lanes(out, g.channels - c) + delta;
            store_lanes(delta, out, over && line_end - ix * g.channels >= V::lanes ? V::lanes : g.channels - c);
          }
      }
    }
}

template <class T> struct MaxPoolBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const uint8_t* winners;
  int64_t ldw;  // [chunk][ldw]
  T* dx;
  int64_t lddx;  // [chunk][lddx], every feature is written
  PoolGeometry g;
};

// maxPoolBackward: dy goes to the winner of its window.
template <class T> void max_pool_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<MaxPoolBackwardArguments<T>>(words);
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    spread_windows(a.g, a.dx + r * a.lddx, [&](int64_t at, int64_t n) {
      const V delta = load_lanes(a.dy + r * a.lddy + at, n), winner = load_byte_lanes<T>(a.winners + r * a.ldw + at, n);
      return [=](V place) HEDDLE_LAMBDA { return select_equal(winner, place, delta, V::zero()); };
    });
}

template <class T> struct AveragePoolArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  T* y;
  int64_t ldy;     // [chunk][ldy]
  PoolGeometry g;  // no padding
};

// averagePool: the sum of a window, row-major, over its size.
template <class T> void average_pool(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<AveragePoolArguments<T>>(words);
  const PoolGeometry& g = a.g;
  const V size = V::set1(T(g.window_height * g.window_width));
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    for (int64_t oy = 0; oy < g.out_height; oy++)
      for (int64_t ox = 0; ox < g.out_width; ox++) {
        const T* x = a.x + r * a.ldx;
        const int64_t corner = (oy * g.stride_height * g.width + ox * g.stride_width) * g.channels;
        T* y = a.y + r * a.ldy + (oy * g.out_width + ox) * g.channels;
        for (int64_t c = 0; c < g.channels; c += V::lanes) {
          V sum = V::zero();
          for (int64_t i = 0; i < g.window_height; i++)
            for (int64_t j = 0; j < g.window_width; j++) {
              const int64_t at = corner + (i * g.width + j) * g.channels + c;
              sum = sum + load_lanes(x + at, g.inputs() - at);
            }
          store_lanes(sum / size, y + c, g.channels - c);
        }
      }
}

template <class T> struct AveragePoolBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  T* dx;
  int64_t lddx;    // [chunk][lddx], every feature is written
  PoolGeometry g;  // no padding
};

// averagePoolBackward: every tap of a window gets an equal share of its dy.
template <class T> void average_pool_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<AveragePoolBackwardArguments<T>>(words);
  const V size = V::set1(T(a.g.window_height * a.g.window_width));
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    spread_windows(a.g, a.dx + r * a.lddx, [&](int64_t at, int64_t n) {
      const V share = load_lanes(a.dy + r * a.lddy + at, n) / size;
      return [=](V) HEDDLE_LAMBDA { return share; };
    });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
