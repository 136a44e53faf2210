// The backward pass of batch normalization, with d = x - mean and n numbers per channel:
//   dx = weight * inverse * (dy - sum(dy) / n - d * inverse^2 * sum(dy d) / n)
//   dweight = inverse * sum(dy d),  dbias = sum(dy)
#pragma once
#include <stdint.h>
#include <string.h>

#include "activation/functions.h"
#include "norm/moments.h"
#include "norm/wrapped.h"
#include "op.h"
#include "optimizer/optimizer.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct BatchNormReduceBackwardArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* dy;
  int64_t lddy;        // [chunk][lddy]
  const double* mean;  // [channels] of the minibatch
  double* m;           // [groups][2 * channels + 1]: sum(dy), sum(dy d), count
  int64_t pixels, channels;
  int64_t first_slice, last_slice;
};

template <class T> struct SampleSums {
  const T *x, *dy;
  const double* mean;
  double* row;
  int64_t pixels, channels;

  template <int N> inline void run(int64_t c) const {
    Wide middle[N], sum[N], product[N];
    for (int v = 0; v < N; v++) {
      const int64_t at = c + v * wide_lanes, n = channels - at;
      middle[v] = load_wide(mean + at, n);
      sum[v] = load_wide(row + at, n);
      product[v] = load_wide(row + channels + at, n);
    }
    for_each_pixel(pixels, channels, c, N * wide_lanes, [&](int64_t at, int64_t n) {
      HEDDLE_UNROLL
      for (int v = 0; v < N; v++) {
        const Wide delta = load_wide(dy + at + v * wide_lanes, n - v * wide_lanes);
        sum[v] = sum[v] + delta;
        product[v] = fma(delta, load_wide(x + at + v * wide_lanes, n - v * wide_lanes) - middle[v], product[v]);
      }
    });
    for (int v = 0; v < N; v++) {
      const int64_t at = c + v * wide_lanes, n = channels - at;
      store_wide(sum[v], row + at, n);
      store_wide(product[v], row + channels + at, n);
    }
  }
};

// batchNormReduceBackward: sums over the group's samples, pixel by pixel, going on from the stored ones.
template <class T> void batch_norm_reduce_backward(const Word* words, const Step& step) {
  const auto a = read_arguments<BatchNormReduceBackwardArguments<T>>(words);
  const OwnChannels<T> own(a.m, a.channels, a.first_slice, a.last_slice, step.group);
  if (own.none()) return;
  if (step.start) own.clear();
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    for_each_channels<2>(own.first, own.last,
                         SampleSums<T>{a.x + r * a.ldx, a.dy + r * a.lddy, a.mean, own.row, a.pixels, a.channels});
  own.keep(own.count(step.start) + double(step.rows * a.pixels));
}

template <class T> struct BatchNormMergeBackwardArguments {
  const double* m;  // [groups][2 * channels + 1]
  int64_t groups;
  const T* weight;               // [channels], or null: 1
  const double *mean, *inverse;  // [channels]
  T* coefficients;               // [4] wrapped: mean, and what dy, d and 1 are multiplied by
  int64_t channels;
};

// batchNormMergeBackward: dx = c1 * dy + c2 * d + c3. Every rank does it for itself.
template <class T> void batch_norm_merge_backward(const Word* words, const Step&) {
  const auto a = read_arguments<BatchNormMergeBackwardArguments<T>>(words);
  const int64_t ld = wrapped_length<T>(a.channels);
  for (int64_t c = 0; c < a.channels; c += wide_lanes) {
    const int64_t n = a.channels - c;
    const Moments all = merge_groups<merge_sums>(a.m, a.channels, c, 0, a.groups);
    const Wide inverse = load_wide(a.inverse + c, n),
               factor = a.weight ? load_wide(a.weight + c, n) * inverse : inverse;
    const Wide negative = (Wide::zero() - factor) / Wide::set1(all.count);
    store_wide(load_wide(a.mean + c, n), a.coefficients + c, n);
    store_wide(factor, a.coefficients + ld + c, n);
    store_wide(negative * inverse * inverse * all.second, a.coefficients + 2 * ld + c, n);
    store_wide(negative * all.first, a.coefficients + 3 * ld + c, n);
  }
  for (int i = 0; i < 4; i++) wrap(a.coefficients + i * ld, a.channels);
}

template <class T> struct BatchNormBackwardArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const T* x;
  int64_t ldx;  // [chunk][ldx], the output of the function below
  T* dx;
  int64_t lddx;           // [chunk][lddx], may be dy
  const T* coefficients;  // [4] wrapped
  int64_t pixels, channels;
  Activation activation;
  double slope;
};

// batchNormBackward: dx = (c1 * dy + c2 * (x - mean) + c3) * f'(below). Beyond a row's numbers it is 0: c3 is not, and
// the layer below would take what stands there for gradients of units that it has not.
template <class T> void batch_norm_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<BatchNormBackwardArguments<T>>(words);
  const int64_t ld = wrapped_length<T>(a.channels);
  const int64_t n = a.pixels * a.channels;
  with_derivative(a.activation, V::set1(T(a.slope)), [&](auto&& derive) {
    for (int64_t r = step.first; r < step.first + step.rows; r++) {
      ChannelWalk<T> channel(a.channels);
      for (int64_t i = 0; i < n; i += V::lanes, channel.next()) {
        const T* c = a.coefficients + channel.at;
        const V x = V::load(a.x + r * a.ldx + i);
        const V delta = fma(V::load(c + ld), V::load(a.dy + r * a.lddy + i),
                            fma(V::load(c + 2 * ld), x - V::load(c), V::load(c + 3 * ld)));
        derive(x, delta).store(a.dx + r * a.lddx + i);
      }
      for (int64_t i = n; i % V::lanes != 0; i++) a.dx[r * a.lddx + i] = 0;
    }
  });
}

template <class T> struct BatchNormUpdateArguments {
  const double* m;  // [groups][2 * channels + 1]
  int64_t groups;
  const double* inverse;              // [channels]
  T *weight, *bias;                   // [channels padded], or null
  T *weight_g, *bias_g;               // their gradients of the chunks so far, or null where a minibatch is one chunk
  State<T> weight_state, bias_state;  // as they
  int64_t channels, first_vector, last_vector;
  Optimizer optimizer, bias_optimizer;
};

// Adds this chunk's gradient to that of the chunks so far, and gives it back.
template <class T> inline void go_on(T* stored, T* gradient, bool start) {
  const Vec<T> of_chunk = Vec<T>::load(gradient), sum = start ? of_chunk : Vec<T>::load(stored) + of_chunk;
  sum.store(stored);
  sum.store(gradient);
}

// batchNormUpdate: the owner's vectors of weight and bias.
template <class T> void batch_norm_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<BatchNormUpdateArguments<T>>(words);
  if (!step.finish && !a.weight_g && !a.bias_g) return;
  for (int64_t at = a.first_vector * lanes; at < a.last_vector * lanes; at += lanes) {
    T weight[lanes] = {0}, bias[lanes] = {0};
    for (int64_t i = 0; i < lanes && at + i < a.channels; i += wide_lanes) {
      const int64_t c = at + i, n = a.channels - c;
      const Moments all = merge_groups<merge_sums>(a.m, a.channels, c, 0, a.groups);
      store_wide(all.second * load_wide(a.inverse + c, n), weight + i, n);
      store_wide(all.first, bias + i, n);
    }
    if (a.weight_g) go_on(a.weight_g + at, weight, step.start);
    if (a.bias_g) go_on(a.bias_g + at, bias, step.start);
    if (!step.finish) continue;
    if (a.weight) update(a.optimizer, a.weight + at, weight, a.weight_state.at(at), lanes, step.hyper);
    if (a.bias) update(a.bias_optimizer, a.bias + at, bias, a.bias_state.at(at), lanes, step.hyper);
  }
}

template <class T> struct BatchNormRunningArguments {
  const double* m;  // [groups][2 * channels + 1], of the forward pass
  int64_t groups;
  T *running_mean, *running_variance;  // [channels]
  int64_t channels;
  double momentum;
};

// batchNormRunning: moves the running statistics towards the minibatch's, whose variance is the unbiased one here.
template <class T> void batch_norm_running(const Word* words, const Step&) {
  const auto a = read_arguments<BatchNormRunningArguments<T>>(words);
  const Wide momentum = Wide::set1(a.momentum), rest = Wide::set1(1 - a.momentum);
  for (int64_t c = 0; c < a.channels; c += wide_lanes) {
    const int64_t n = a.channels - c;
    const Moments all = merge_groups<merge_moments>(a.m, a.channels, c, 0, a.groups);
    const Wide variance = all.second / Wide::set1(all.count - 1);
    store_wide(fma(momentum, all.first, rest * load_wide(a.running_mean + c, n)), a.running_mean + c, n);
    store_wide(fma(momentum, variance, rest * load_wide(a.running_variance + c, n)), a.running_variance + c, n);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
