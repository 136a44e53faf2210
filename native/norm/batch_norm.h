// Batch normalization (Ioffe & Szegedy 2015) over the whole minibatch: y = weight (x - mean) / sqrt(variance + epsilon)
// + bias.
#pragma once
#include <stdint.h>
#include <string.h>

#include "activation/functions.h"
#include "norm/moments.h"
#include "norm/wrapped.h"
#include "op.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct BatchNormReduceArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  double* m;    // [groups][2 * channels + 1]
  int64_t pixels, channels;
  int64_t first_slice, last_slice;
};

// The mean of a sample's channels and their squared deviations from it, merged into the group's: it does not matter how
// a group is cut into blocks.
template <class T> struct SampleMoments {
  const T* x;
  double* row;
  int64_t pixels, channels;
  double count;  // numbers of each channel in the samples before

  template <int N> inline void run(int64_t c) const {
    Wide mean[N], squares[N];
    for (int v = 0; v < N; v++) mean[v] = squares[v] = Wide::zero();
    for_each_pixel(pixels, channels, c, N * wide_lanes, [&](int64_t at, int64_t n) {
      HEDDLE_UNROLL
      for (int v = 0; v < N; v++) mean[v] = mean[v] + load_wide(x + at + v * wide_lanes, n - v * wide_lanes);
    });
    for (int v = 0; v < N; v++) mean[v] = mean[v] / Wide::set1(double(pixels));
    for_each_pixel(pixels, channels, c, N * wide_lanes, [&](int64_t at, int64_t n) {
      HEDDLE_UNROLL
      for (int v = 0; v < N; v++) {
        const Wide deviation = load_wide(x + at + v * wide_lanes, n - v * wide_lanes) - mean[v];
        squares[v] = fma(deviation, deviation, squares[v]);
      }
    });
    for (int v = 0; v < N; v++) {
      const int64_t at = c + v * wide_lanes, n = channels - at;
      const Moments so_far = {load_wide(row + at, n), load_wide(row + channels + at, n), count};
      const Moments merged = merge_moments(so_far, {mean[v], squares[v], double(pixels)});
      store_wide(merged.first, row + at, n);
      store_wide(merged.second, row + channels + at, n);
    }
  }
};

template <class T> void batch_norm_reduce(const Word* words, const Step& step) {
  const auto a = read_arguments<BatchNormReduceArguments<T>>(words);
  const OwnChannels<T> own(a.m, a.channels, a.first_slice, a.last_slice, step.group);
  if (own.none()) return;
  if (step.start) own.clear();
  double count = own.count(step.start);
  for (int64_t r = step.first; r < step.first + step.rows; r++, count += double(a.pixels))
    for_each_channels<4>(own.first, own.last, SampleMoments<T>{a.x + r * a.ldx, own.row, a.pixels, a.channels, count});
  own.keep(count);
}

// scale = weight * inverse and shift = bias - mean * scale, with the scale that will be used. No weight is 1, no bias
// 0.
template <class T> inline void store_affine(Wide mean, Wide inverse, const T* weight, const T* bias, T* scale, T* shift,
                                            int64_t c, int64_t channels) {
  const int64_t n = channels - c;
  store_wide(weight ? load_wide(weight + c, n) * inverse : inverse, scale + c, n);
  store_wide(fma(Wide::zero() - mean, load_wide(scale + c, n), bias ? load_wide(bias + c, n) : Wide::zero()), shift + c,
             n);
}

template <class T> struct BatchNormMergeArguments {
  const double* m;  // [groups][2 * channels + 1]
  int64_t groups;
  const T *weight, *bias;  // [channels], or null
  double *mean, *inverse;  // [channels] of the minibatch
  T *scale, *shift;        // wrapped
  int64_t channels;
  double epsilon;
};

// batchNormMerge: statistics of the minibatch from those of its groups. Every rank does it for itself.
template <class T> void batch_norm_merge(const Word* words, const Step&) {
  const auto a = read_arguments<BatchNormMergeArguments<T>>(words);
  for (int64_t c = 0; c < a.channels; c += wide_lanes) {
    const Moments all = merge_groups<merge_moments>(a.m, a.channels, c, 0, a.groups);
    const Wide inverse = Wide::set1(1) / sqrt(all.second / Wide::set1(all.count) + Wide::set1(a.epsilon));
    store_wide(all.first, a.mean + c, a.channels - c);
    store_wide(inverse, a.inverse + c, a.channels - c);
    store_affine(all.first, inverse, a.weight, a.bias, a.scale, a.shift, c, a.channels);
  }
  wrap(a.scale, a.channels);
  wrap(a.shift, a.channels);
}

template <class T> struct BatchNormFoldArguments {
  const T *running_mean, *running_variance, *weight, *bias;  // [channels]; weight and bias may be null
  T *scale, *shift;                                          // wrapped
  int64_t channels;
  double epsilon;
};

// batchNormFold: the same from running statistics, for scoring.
template <class T> void batch_norm_fold(const Word* words, const Step&) {
  const auto a = read_arguments<BatchNormFoldArguments<T>>(words);
  for (int64_t c = 0; c < a.channels; c += wide_lanes) {
    const int64_t n = a.channels - c;
    const Wide inverse = Wide::set1(1) / sqrt(load_wide(a.running_variance + c, n) + Wide::set1(a.epsilon));
    store_affine(load_wide(a.running_mean + c, n), inverse, a.weight, a.bias, a.scale, a.shift, c, a.channels);
  }
  wrap(a.scale, a.channels);
  wrap(a.shift, a.channels);
}

template <class T> struct BatchNormArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  T* y;
  int64_t ldy;             // [chunk][ldy], may be x
  const T *scale, *shift;  // wrapped
  int64_t pixels, channels;
  Activation activation;
  double slope;
};

// batchNorm: y = f(x * scale + shift) on whole vectors of each row.
template <class T> void batch_norm(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<BatchNormArguments<T>>(words);
  with_function(a.activation, V::set1(T(a.slope)), [&](auto&& f) {
    for (int64_t r = step.first; r < step.first + step.rows; r++) {
      ChannelWalk<T> channel(a.channels);
      for (int64_t i = 0; i < a.pixels * a.channels; i += V::lanes, channel.next())
        f(fma(V::load(a.x + r * a.ldx + i), V::load(a.scale + channel.at), V::load(a.shift + channel.at)))
            .store(a.y + r * a.ldy + i);
    }
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
