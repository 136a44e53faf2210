// Dropout and additive Gaussian noise, drawn anew in each pass: no mask is kept.
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
  int64_t ldy;            // [chunk][ldy], may be x
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
    for (int64_t i = 0; i < count; i += V::lanes)
      store_lanes(load_lanes(x + i, count - i) * load_lanes(factors + i, count - i), y + i, count - i);
  });
}

template <class T> struct DropoutBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const T* y;
  int64_t ldy;  // [chunk][ldy] what the function below gave, dropout's input; null where there is none
  T* dx;
  int64_t lddx;  // [chunk][lddx], may be dy
  const uint32_t* order;
  int64_t key0, key1;
  double rate;
  int64_t pixels, channels;
  Activation activation;
  double slope;
};

// dropoutBackward: dx = dy * factor * f'(below), with the factors of the forward pass.
template <class T> void dropout_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<DropoutBackwardArguments<T>>(words);
  Draws<T> draws(a.order, a.key0, a.key1, a.pixels, a.channels);
  with_derivative(a.y ? a.activation : Activation::Identity, V::set1(T(a.slope)), [&](auto&& derive) {
    draws.run(step, Keep<T>(a.rate), [&](int64_t r, int64_t feature, int64_t count, const T* factors) {
      const T* dy = a.dy + r * a.lddy + feature;
      // Not read where there is no function.
      const T* y = a.y ? a.y + r * a.ldy + feature : dy;
      T* dx = a.dx + r * a.lddx + feature;
      for (int64_t i = 0; i < count; i += V::lanes)
        store_lanes(
            derive(load_lanes(y + i, count - i), load_lanes(dy + i, count - i) * load_lanes(factors + i, count - i)),
            dx + i, count - i);
    });
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
