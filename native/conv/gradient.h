// The gradients of a convolution's kernel and bias, for groups of samples.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "conv/gradient_product.h"
#include "gemm/panels.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct ConvWeightGradientArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  T* g;
  int64_t stride;  // [groups][stride]: packed as the kernel
  ConvGeometry geometry;
};

// convWeightGradient: adds this block's samples to the gradient of its group.
template <class T> void conv_weight_gradient(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvWeightGradientArguments<T>>(words);
  const ConvGradientOperands<T> operands = {
      .x = a.x + step.first * a.ldx,
      .ldx = a.ldx,
      .dy = a.dy + step.first * a.lddy,
      .lddy = a.lddy,
      .samples = step.rows,
      .g = a.geometry,
      .clear = step.start,
  };
  const int64_t channels = a.geometry.channels, depth = a.geometry.taps() * channels;
  for_each_panel(a.g + step.group * a.stride, depth, a.geometry.filters, [&](const PanelView<T>& panel) {
    add_gradient(operands, panel, 0, channels, const_cast<T*>(panel.panel), channels);
  });
}

template <class T> struct BiasGradientArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]: [pixels][channels]
  T* g;
  int64_t stride;  // [groups][stride]: [channels padded]
  int64_t pixels, channels;
};

// biasGradient: adds the sum of dy over this block's samples and their pixels to the gradient of its group: a sample's
// pixels in four sums, pixel by pixel in turn, which are folded and added to the group's.
template <class T> void bias_gradient(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<BiasGradientArguments<T>>(words);
  for (int64_t j = 0; j < a.channels; j += V::lanes) {
    const int count = a.channels - j < V::lanes ? int(a.channels - j) : int(V::lanes);
    T* const out = a.g + step.group * a.stride + j;
    V sum = step.start ? V::zero() : V::load(out);
    for (int64_t r = step.first; r < step.first + step.rows; r++) {
      const T* const from = a.dy + r * a.lddy + j;
      V part[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
      int64_t i = 0;
      for (; i + 4 <= a.pixels; i += 4)
        for (int k = 0; k < 4; k++) part[k] = part[k] + V::load_partial(from + (i + k) * a.channels, count);
      for (int k = 0; i + k < a.pixels; k++) part[k] = part[k] + V::load_partial(from + (i + k) * a.channels, count);
      sum = sum + ((part[0] + part[1]) + (part[2] + part[3]));
    }
    sum.store(out);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
