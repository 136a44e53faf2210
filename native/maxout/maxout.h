// Maxout (Goodfellow et al. 2013): the largest of `pieces` neighboring channels.
#pragma once
#include <stdint.h>

#include "op.h"
#include "reduce/largest.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Piece i of n outputs, the other lanes 0. A number of pieces that is known lets the compiler shuffle.
template <int pieces, class T> HEDDLE_INLINE Vec<T> load_piece(const T* x, int64_t any, int64_t i, int64_t n) {
  T lane[Vec<T>::lanes];
  if (n >= Vec<T>::lanes)
    for (int64_t l = 0; l < Vec<T>::lanes; l++) lane[l] = x[l * (pieces ? pieces : any) + i];
  else
    for (int64_t l = 0; l < Vec<T>::lanes; l++) lane[l] = l < n ? x[l * any + i] : T(0);
  return Vec<T>::load(lane);
}

template <class T> struct MaxoutArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx] pixels * channels * pieces features
  T* y;
  int64_t ldy;  // [chunk][ldy] pixels * channels features
  uint8_t* winners;
  int64_t ldw;  // [chunk][ldw] piece that won; or null
  int64_t pixels, channels, pieces;
};

template <int pieces, class T> inline void maxout_row(const MaxoutArguments<T>& a, const T* x, T* y, uint8_t* winners) {
  using V = Vec<T>;
  const int64_t outputs = a.pixels * a.channels;
  for (int64_t j = 0; j < outputs; j += V::lanes) {
    const T* from = x + j * a.pieces;
    Largest<T> most{load_piece<pieces>(from, a.pieces, 0, outputs - j), V::zero()};
    for (int64_t i = 1; i < (pieces ? pieces : a.pieces); i++)
      most.take(load_piece<pieces>(from, a.pieces, i, outputs - j), V::set1(T(i)));
    finish_window(most, y + j, winners ? winners + j : nullptr, outputs - j);
  }
}

template <class T> void maxout(const Word* words, const Step& step) {
  const auto a = read_arguments<MaxoutArguments<T>>(words);
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    const T* x = a.x + r * a.ldx;
    T* y = a.y + r * a.ldy;
    uint8_t* winners = a.winners ? a.winners + r * a.ldw : nullptr;
    switch (a.pieces) {
      case 2: maxout_row<2>(a, x, y, winners); break;
      case 3: maxout_row<3>(a, x, y, winners); break;
      case 5: maxout_row<5>(a, x, y, winners); break;
      default: maxout_row<0>(a, x, y, winners);
    }
  }
}

template <class T> struct MaxoutBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const uint8_t* winners;
  int64_t ldw;  // [chunk][ldw]
  T* dx;
  int64_t lddx;  // [chunk][lddx], every feature is written
  int64_t pixels, channels, pieces;
};

template <class T> void maxout_backward(const Word* words, const Step& step) {
  const auto a = read_arguments<MaxoutBackwardArguments<T>>(words);
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    for (int64_t j = 0; j < a.pixels * a.channels; j++) {
      T* dx = a.dx + r * a.lddx + j * a.pieces;
      for (int64_t i = 0; i < a.pieces; i++) dx[i] = a.winners[r * a.ldw + j] == i ? a.dy[r * a.lddy + j] : T(0);
    }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
