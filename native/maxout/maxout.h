// Maxout (Goodfellow et al. 2013): the largest of `pieces` neighbouring channels.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// piece[i] = lanes of x[l * pieces + i] for n outputs l; the others are 0.
template <class T> inline Vec<T> load_piece(const T* x, int64_t pieces, int64_t i, int64_t n) {
  T lane[Vec<T>::lanes] = {0};
  for (int64_t l = 0; l < n && l < Vec<T>::lanes; l++) lane[l] = x[l * pieces + i];
  return Vec<T>::load(lane);
}

template <class T> struct MaxoutArguments {
  const T* x; int64_t ldx;        // [chunk][ldx] pixels * channels * pieces features
  T* y; int64_t ldy;              // [chunk][ldy] pixels * channels features
  uint8_t* winners; int64_t ldw;  // [chunk][ldw] piece that won; or null
  int64_t pixels, channels, pieces;
};

template <class T> void maxout(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<MaxoutArguments<T>>(words);
  const int64_t outputs = a.pixels * a.channels;
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    for (int64_t j = 0; j < outputs; j += V::lanes) {
      const T* x = a.x + r * a.ldx + j * a.pieces;
      Largest<T> most{load_piece(x, a.pieces, 0, outputs - j), V::zero()};
      for (int64_t i = 1; i < a.pieces; i++) most.take(load_piece(x, a.pieces, i, outputs - j), V::set1(T(i)));
      finish_window(most, a.y + r * a.ldy + j, a.winners ? a.winners + r * a.ldw + j : nullptr, outputs - j);
    }
}

template <class T> struct MaxoutBackwardArguments {
  const T* dy; int64_t lddy;            // [chunk][lddy]
  const uint8_t* winners; int64_t ldw;  // [chunk][ldw]
  T* dx; int64_t lddx;                  // [chunk][lddx], every feature is written
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
