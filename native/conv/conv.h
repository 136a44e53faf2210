// The convolution and its gradient by the input. Kernels are packed in panels as a dense layer's weights: row (tap y,
// tap x, channel), column filter; `wt` is the kernel turned by 180 degrees, row (tap y, tap x, filter), column channel.
#pragma once
#include <stdint.h>

#include "conv/backward_few.h"
#include "conv/geometry.h"
#include "conv/operands.h"
#include "conv/product.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct ConvArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]: [height][width][channels]
  const T* w;   // packed [taps][channels][filters]
  const T* b;   // [filters padded], or null
  T* y;
  int64_t ldy;  // [chunk][ldy]: [out height / pool][out width / pool][filters]
  uint8_t* winners;
  int64_t ldw;  // [chunk][ldw]: shape of y; null without pooling, and where nobody asks
  ConvGeometry geometry;
  Activation activation;
  double slope;
  int64_t pool;
};

// conv: y = f(max over each window of (b + sum over taps x w)); windows of pool x pool (at most 16), those that are not
// whole dropped; pool 0 for none. f does not decrease, so its maximum is that of its argument, whose place is the
// winner's.
template <class T> void conv(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  const ConvOperands<T> operands = {
      .x = a.x + step.first * a.ldx,
      .ldx = a.ldx,
      .samples = step.rows,
      .vertical = {g.height, g.kernel_height, g.out_height, g.stride_height, 1, g.pad_top},
      .horizontal = {g.width, g.kernel_width, g.out_width, g.stride_width, 1, g.pad_left},
      .channels = g.channels,
      .packed = a.w,
      .columns = g.filters,
      .start = a.b,
      .y = a.y + step.first * a.ldy,
      .ldy = a.ldy,
      .below = nullptr,
      .ldbelow = 0,
      .winners = a.winners ? a.winners + step.first * a.ldw : nullptr,
      .ldw = a.ldw,
      .window = a.pool > 0 ? a.pool : 1,
      .activation = a.activation,
      .slope = Vec<T>::set1(T(a.slope)),
  };
  ConvProduct<T>(operands).multiply();
}

template <class T> struct ConvInputGradientArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]: [out height][out width][filters]
  const T* wt;   // packed [taps, turned][filters][channels]
  T* dx;
  int64_t lddx;  // [chunk][lddx]: [height][width][channels]
  const T* y;
  int64_t ldy;  // [chunk][ldy] what the function below gave; null where there is none
  ConvGeometry geometry;
  Activation activation;
  double slope;
};

// convInputGradient: dx = (sum over taps dy w^T) * f'(below), with f the elementwise function of the layer below.
template <class T> void conv_input_gradient(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvInputGradientArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  const ConvOperands<T> operands = {
      .x = a.dy + step.first * a.lddy,
      .ldx = a.lddy,
      .samples = step.rows,
      .vertical = {g.out_height, g.kernel_height, g.height, 1, g.stride_height, g.kernel_height - 1 - g.pad_top},
      .horizontal = {g.out_width, g.kernel_width, g.width, 1, g.stride_width, g.kernel_width - 1 - g.pad_left},
      .channels = g.filters,
      .packed = a.wt,
      .columns = g.channels,
      .start = nullptr,
      .y = a.dx + step.first * a.lddx,
      .ldy = a.lddx,
      .below = a.y ? a.y + step.first * a.ldy : nullptr,
      .ldbelow = a.ldy,
      .winners = nullptr,
      .ldw = 0,
      .window = 1,
      .activation = a.y ? a.activation : Activation::Identity,
      .slope = Vec<T>::set1(T(a.slope)),
  };
  if (ConvBackwardFew<T>::suits(g))
    ConvBackwardFew<T>(operands, g.taps() * g.channels).multiply();
  else
    ConvProduct<T>(operands).multiply();
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
