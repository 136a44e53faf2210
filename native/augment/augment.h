// augment: `gather` for training on changed images. What it draws is in draw.h; what it does to pixels is here, in loops
// without fused operations, so that results agree on every instruction set whatever the compiler makes of the loops.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// An image as numbers, mirrored where asked for, its rows `stride` apart.
template <class T> inline void unpack_image(const AugmentArguments<T>& a, const uint8_t* image, bool mirror, bool upside_down, T* out, int64_t stride) {
  const int64_t row = a.width * a.channels;
  for (int64_t y = 0; y < a.height; y++, out += stride) {
    const uint8_t* in = image + (upside_down ? a.height - 1 - y : y) * row;
    if (!mirror) for (int64_t i = 0; i < row; i++) out[i] = T(in[i]);
    else
      for (int64_t x = 0; x < a.width; x++)
        for (int64_t c = 0; c < a.channels; c++) out[x * a.channels + c] = T(in[(a.width - 1 - x) * a.channels + c]);
  }
}

// A side of the image with the border of zeros around it: where a coordinate lies on it under a fill rule.
struct Side {
  double low, high, period;  // period 0: no reflection
  Side(int64_t size, int64_t fill)
      : low(fill == fill_constant ? -1 : 0), high(double(fill == fill_constant ? size : size - 1)), period(fill == fill_reflect ? 2 * double(size) : 0) {}

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

// Between four neighbours, `below` and `channels` numbers apart.
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
      if (channels == 1) pixels(count, 1);
      else if (channels == 3) pixels(count, 3);
      else pixels(count, channels);
    }
}

// The workspace: the image inside a border of zeros.
template <class T> inline void unpack_with_border(const AugmentArguments<T>& a, const uint8_t* image, bool mirror, bool upside_down) {
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

struct Sums {
  double sum, squares;
};
// Over 8 lanes, folded. Of whole numbers they are exact.
template <class T> inline Sums sums_of(const T* x, int64_t n) {
  using V = Vec<double>;
  V sum = V::zero(), squares = V::zero();
  for (int64_t i = 0; i < n; i += V::lanes) {
    T rest[V::lanes] = {0};
    if (n - i < V::lanes) memcpy(rest, x + i, size_t(n - i) * sizeof(T));
    const V v = V::load(n - i < V::lanes ? rest : x + i);
    sum = sum + v;
    squares = squares + v * v;
  }
  return {fold_sum(sum), fold_sum(squares)};
}

// Contrast about the image's mean, brightness, noise; then back into 0 … maximum.
template <class T> inline void colour(const AugmentArguments<T>& a, const Chances& chances, const Step& step, int64_t row, T* x) {
  const int64_t n = a.height * a.width * a.channels;
  if (a.contrast > 0 || a.brightness > 0) {
    const double mean = a.contrast > 0 ? sums_of(x, n).sum / double(n) : 0;
    const double contrast = 1 + chances.within(a.contrast, 2, 0), brightness = chances.within(a.brightness, 2, 1) * double(a.maximum);
    const T gain = T(contrast), offset = T(mean - contrast * mean + brightness);
    for (int64_t i = 0; i < n; i++) x[i] = x[i] * gain + offset;
  }
  if (a.noise > 0) {
    Step one = step;
    one.first = row;
    one.rows = 1;
    Draws<T> draws(a.order, a.key0, a.key1 + 1, a.height * a.width, a.channels);
    draws.run(one, Gauss<T>{Vec<double>::set1(a.noise * double(a.maximum))}, [&](int64_t, int64_t feature, int64_t count, const T* noise) {
      for (int64_t i = 0; i < count; i++) x[feature + i] = x[feature + i] + noise[i];
    });
  }
  const T most = T(a.maximum);
  for (int64_t i = 0; i < n; i++) {
    const T positive = x[i] > T(0) ? x[i] : T(0);
    x[i] = positive < most ? positive : most;
  }
}

// The pixel at (row, column) comes from (row + down, column + right): a window of an image padded with zeros.
template <class T> inline void crop(const AugmentArguments<T>& a, int64_t down, int64_t right, T* x) {
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

template <class T> inline void erase(const AugmentArguments<T>& a, const Rectangle& r, T* x) {
  for (int64_t y = r.top; y < r.top + r.height; y++)
    memset(x + (y * a.width + r.left) * a.channels, 0, size_t(r.width * a.channels) * sizeof(T));
}

template <class T> inline void standardise(const AugmentArguments<T>& a, T* x) {
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
      const V scale = a.per_image ? image_scale : V::load(a.scale + i), shift = a.per_image ? image_shift : V::load(a.shift + i);
      fma(V::load(x + i), scale, shift).store(x + i);
    } else {
      const V scale = a.per_image ? image_scale : V::load_partial(a.scale + i, count);
      const V shift = a.per_image ? image_shift : V::load_partial(a.shift + i, count);
      fma(V::load_partial(x + i, count), scale, shift).store_partial(x + i, count);
    }
  }
}

template <class T> void augment(const Word* words, const Step& step) {
  const auto a = read_arguments<AugmentArguments<T>>(words);
  const bool moves = a.rotate > 0 || a.shift_height > 0 || a.shift_width > 0 || a.shear > 0 || a.zoom_height > 0 || a.zoom_width > 0;
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const uint32_t sample = a.order[step.cursor + r];
    const uint8_t* image = a.images + int64_t(sample) * (a.height * a.width * a.channels);
    T* x = a.x + r * a.ldx;
    const Chances chances(step.epoch, sample, a.key0, a.key1);
    const bool mirror = a.flip_horizontal && chances.happens(0.5, 1, 2), upside_down = a.flip_vertical && chances.happens(0.5, 1, 3);
    if (moves) {
      unpack_with_border(a, image, mirror, upside_down);
      warp(a, draw_affine(a, chances), x);
    } else {
      unpack_image(a, image, mirror, upside_down, x, a.width * a.channels);
    }
    if (a.contrast > 0 || a.brightness > 0 || a.noise > 0) colour(a, chances, step, r, x);
    if (a.crop > 0) crop(a, chances.below(2 * a.crop + 1, 2, 2) - a.crop, chances.below(2 * a.crop + 1, 2, 3) - a.crop, x);
    if (chances.happens(a.erase, 3, 0)) erase(a, draw_rectangle(a, chances), x);
    standardise(a, x);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
