// Dropout and additive Gaussian noise, drawn anew in each pass.
#pragma once
#include <stdint.h>

#include "activation/functions.h"
#include "noise/draws.h"
#include "op.h"
#include "noise/gauss.h"
#include "random/philox.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Factors of dropout: 0 where a word is below rate * 2^32, else 1 / (1 - rate).
template <class T> struct Keep {
  Vec<double> threshold, factor;
  explicit Keep(double rate)
      : threshold(Vec<double>::set1(__builtin_floor(rate * 0x1p32 + 0.5))), factor(Vec<double>::set1(1 / (1 - rate))) {}
  HEDDLE_INLINE void operator()(const Words& words, T* out) const {
    HEDDLE_UNROLL
    for (int w = 0; w < 4; w++)
      select_greater(threshold, number_of_word(words.word[w]), Vec<double>::zero(), factor)
          .store(out + w * Draws<T>::stride);
  }
};

template <class T> struct DropoutArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  T* y;
  int64_t ldy;  // [chunk][ldy], may be x
  uint8_t* kept;
  int64_t ldk;            // [chunk][ldk] becomes 1 where x was kept, else 0
  const uint32_t* order;  // sample of each place in the epoch
  int64_t key0, key1;
  double rate;
  int64_t pixels, channels;
};

template <class T> void dropout(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<DropoutArguments<T>>(words);
  Draws<T> draws(a.order, a.key0, a.key1, a.pixels, a.channels);
  draws.run(step, Keep<T>(a.rate), [&](int64_t r, int64_t feature, int64_t count, const T* factors) {
    const T* x = a.x + r * a.ldx + feature;
    T* y = a.y + r * a.ldy + feature;
    uint8_t* kept = a.kept + r * a.ldk + feature;
    for (int64_t i = 0; i < count; i += V::lanes) {
      const V factor = load_lanes(factors + i, count - i);
      store_lanes(load_lanes(x + i, count - i) * factor, y + i, count - i);
      store_byte_lanes(select_greater(factor, V::zero(), V::set1(T(1)), V::zero()), kept + i, count - i);
    }
  });
}

template <class T> struct DropoutBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const uint8_t* kept;
  int64_t ldk;  // [chunk][ldk] of the forward pass
  const T* y;
  int64_t ldy;  // [chunk][ldy] what the function below gave, dropout's input; null where there is none
  T* dx;
  int64_t lddx;  // [chunk][lddx], may be dy
  double rate;
  int64_t n;  // numbers of a row
  Activation activation;
  double slope;
};

// dropoutBackward: dx = dy / (1 - rate) * f'(below) where x was kept, else 0.
template <class T> void dropout_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<DropoutBackwardArguments<T>>(words);
  const V factor = V::set1(T(1 / (1 - a.rate)));
  with_derivative(a.y ? a.activation : Activation::Identity, V::set1(T(a.slope)), [&](auto&& derive) {
    for (int64_t r = step.first; r < step.first + step.rows; r++) {
      const T* dy = a.dy + r * a.lddy;
      // Not read where there is no function.
      const T* y = a.y ? a.y + r * a.ldy : dy;
      const uint8_t* kept = a.kept + r * a.ldk;
      T* dx = a.dx + r * a.lddx;
      for (int64_t i = 0; i < a.n; i += V::lanes) {
        const int64_t left = a.n - i;
        const V delta = load_lanes(dy + i, left) * (load_byte_lanes<T>(kept + i, left) * factor);
        store_lanes(derive(load_lanes(y + i, left), delta), dx + i, left);
      }
    }
  });
}

template <class T> struct GaussianNoiseArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  T* y;
  int64_t ldy;  // [chunk][ldy], may be x
  const uint32_t* order;
  int64_t key0, key1;
  double deviation;
  int64_t pixels, channels;
};

// gaussianNoise: y = x + deviation * normal.
template <class T> void gaussian_noise(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<GaussianNoiseArguments<T>>(words);
  Draws<T> draws(a.order, a.key0, a.key1, a.pixels, a.channels);
  draws.run(step, Gauss<T>{Vec<double>::set1(a.deviation)},
            [&](int64_t r, int64_t feature, int64_t count, const T* noise) {
              const T* x = a.x + r * a.ldx + feature;
              T* y = a.y + r * a.ldy + feature;
              for (int64_t i = 0; i < count; i += V::lanes)
                store_lanes(load_lanes(x + i, count - i) + load_lanes(noise + i, count - i), y + i, count - i);
            });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
