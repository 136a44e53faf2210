// A window of an image, made as large as the image (src/kernels/changes/resized-crop.ts).
#pragma once
#include <stdint.h>
#include <string.h>

#include "augment/draw.h"
#include "random/philox.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Window {
  int64_t top, left, height, width;
};

// e^x for |x| below ln 2 / 2, in the steps of `exp` in src/base/exp.ts.
inline double exp_small(double x) {
  double sum = 1;
  for (int i = 14; i > 0; i--) sum = 1 + (x / double(i)) * sum;
  return sum;
}

inline int64_t whole(double x) { return int64_t(__builtin_floor(x + 0.5)); }

// The first of ten attempts whose sides fit into the image, else the largest window in its middle. An attempt is a
// block of a key of its own.
template <class T> inline Window draw_window(const AugmentArguments<T>& a, const Image& image) {
  constexpr double least_ratio = 0.75, log_most = 0.28768207245178096;
  const uint32_t sample = image.order[image.step.cursor + image.row];
  double value[4][Bits::lanes];
  for (int i = 0; i < 10; i++) {
    if (i % Bits::lanes == 0) {
      uint64_t number[Bits::lanes];
      for (int j = 0; j < Bits::lanes; j++) number[j] = uint64_t(i + j);
      const Words words = philox(counter(uint32_t(image.step.epoch), sample, 0, Bits::load(number)), uint32_t(a.key0),
                                 uint32_t(a.key1 + 2));
      for (int w = 0; w < 4; w++) (number_of_word(words.word[w]) * Vec<double>::set1(0x1p-32)).store(value[w]);
    }
    const int j = i % Bits::lanes;
    const double area = (a.resized_crop + (1 - a.resized_crop) * value[0][j]) * double(a.height * a.width);
    const double ratio = exp_small(log_most * (2 * value[1][j] - 1));
    const int64_t tall = whole(__builtin_sqrt(area / ratio)), wide = whole(__builtin_sqrt(area * ratio));
    if (tall < 1 || tall > a.height || wide < 1 || wide > a.width) continue;
    return {int64_t(value[2][j] * double(a.height - tall + 1)), int64_t(value[3][j] * double(a.width - wide + 1)), tall,
            wide};
  }
  const double height = double(a.height), width = double(a.width);
  const int64_t tall = width < least_ratio * height ? whole(width / least_ratio) : a.height;
  const int64_t wide = width > height / least_ratio ? whole(height / least_ratio) : a.width;
  return {(a.height - tall) >> 1, (a.width - wide) >> 1, tall, wide};
}

// Where pixel i of `side` comes from in a window of `of` pixels.
struct Between {
  int64_t low, high;
  double part;
  Between(int64_t i, int64_t of, int64_t side) {
    double at = (double(i) + 0.5) * (double(of) / double(side)) - 0.5;
    at = at > 0 ? at : 0;
    at = at < double(of - 1) ? at : double(of - 1);
    low = int64_t(at);
    high = low + 1 < of ? low + 1 : of - 1;
    part = at - double(low);
  }
};

template <class T> inline void resized_crop(const AugmentArguments<T>& a, const Image& image, T* x) {
  if (a.resized_crop == 0) return;
  const Window window = draw_window(a, image);
  const int64_t row = a.width * a.channels, c = a.channels;
  memcpy(a.workspace, x, size_t(a.height * row) * sizeof(T));
  const T* from = a.workspace + window.top * row + window.left * c;
  for (int64_t y = 0; y < a.height; y++) {
    const Between rows(y, window.height, a.height);
    const T *up = from + rows.low * row, *low = from + rows.high * row;
    const T down = T(rows.part);
    for (int64_t z = 0; z < a.width; z++) {
      const Between columns(z, window.width, a.width);
      const int64_t left = columns.low * c, next = columns.high * c;
      const T right = T(columns.part);
      for (int64_t k = 0; k < c; k++, x++) {
        const T top = up[left + k] + right * (up[next + k] - up[left + k]);
        const T bottom = low[left + k] + right * (low[next + k] - low[left + k]);
        *x = top + down * (bottom - top);
      }
    }
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
