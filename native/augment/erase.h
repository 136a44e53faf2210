// A rectangle that becomes 0.
#pragma once
#include <stdint.h>
#include <string.h>

#include "augment/draw.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// A stretch of pixels that is set to 0 (Zhong et al. 2020): 2 to 33 % of the image, of proportions 0.3 to 1 / 0.3, its
// sides at most the image's.
struct Rectangle {
  int64_t top, left, height, width;
};
template <class T> inline Rectangle draw_rectangle(const AugmentArguments<T>& a, const Chances& chances) {
  const double area = (0.02 + 0.31 * chances.value[1][3]) * double(a.height * a.width);
  const double ratio = 0.3 + (1 / 0.3 - 0.3) * chances.value[2][3];
  const auto side = [](double length, int64_t most) {
    const int64_t whole = int64_t(__builtin_sqrt(length) + 0.5);
    return whole < 1 ? 1 : whole > most ? most : whole;
  };
  Rectangle r;
  r.height = side(area * ratio, a.height);
  r.width = side(area / ratio, a.width);
  r.top = chances.below(a.height - r.height + 1, 4, 0);
  r.left = chances.below(a.width - r.width + 1, 4, 1);
  return r;
}

template <class T> inline void erase(const AugmentArguments<T>& a, const Image& image, T* x) {
  if (!image.chances.happens(a.erase, 3, 0)) return;
  const Rectangle r = draw_rectangle(a, image.chances);
  for (int64_t y = r.top; y < r.top + r.height; y++)
    memset(x + (y * a.width + r.left) * a.channels, 0, size_t(r.width * a.channels) * sizeof(T));
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
