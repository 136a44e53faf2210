// The softmax as a layer, and its gradient: rows of classes along the lanes.
#pragma once
#include <stdint.h>

#include "loss/softmax.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct SoftmaxArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  T* y;
  int64_t ldy;  // [chunk][ldy] padding becomes 0
  int64_t classes;
};

template <class T> void softmax(const Word* words, const Step& step) {
  const auto a = read_arguments<SoftmaxArguments<T>>(words);
  double largest;
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    softmax_row(a.x + r * a.ldx, a.y + r * a.ldy, a.classes, largest);
}

template <class T> struct SoftmaxBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const T* y;
  int64_t ldy;  // [chunk][ldy]
  T* dx;
  int64_t lddx;  // [chunk][lddx] padding becomes 0
  int64_t classes;
};

// dx = y (dy - sum dy y); y is 0 beyond the classes.
template <class T> void softmax_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<SoftmaxBackwardArguments<T>>(words);
  const V n = V::set1(T(a.classes)), lane = iota<T>();
  const auto within = [&](int64_t i, V value) { return select_greater(n, lane + V::set1(T(i)), value, V::zero()); };
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const T *dy = a.dy + r * a.lddy, *y = a.y + r * a.ldy;
    V dot = V::zero();
    for (int64_t i = 0; i < a.classes; i += V::lanes)
      dot = fma(within(i, V::load(dy + i)), within(i, V::load(y + i)), dot);
    const V mean = V::set1(fold_sum(dot));
    for (int64_t i = 0; i < a.classes; i += V::lanes)
      within(i, V::load(y + i) * (V::load(dy + i) - mean)).store(a.dx + r * a.lddx + i);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
