// The convolution and its gradient by the input. Kernels are packed in panels as a dense layer's weights: row (tap y, tap x,
// channel), column filter; `wt` is the kernel turned by 180 degrees, row (tap y, tap x, filter), column channel.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct ConvArguments {
  const T* x; int64_t ldx;         // [chunk][ldx]: [height][width][channels]
  const T* w;                      // packed [taps][channels][filters]
  const T* b;                      // [filters padded], or null
  T* y; int64_t ldy;               // [chunk][ldy]: [out height / pool][out width / pool][filters]
  uint8_t* winners; int64_t ldw;   // [chunk][ldw]: shape of y; null without pooling, and where nobody asks
  ConvGeometry geometry;
  int64_t function;
  double slope;
  int64_t pool;
};

// conv: y = f(max over each window of (b + sum over taps x w)); windows of pool x pool (at most 16), those that are not whole dropped;
// pool 0 for none. f does not decrease, so its maximum is that of its argument, whose place is the winner's.
template <class T> void conv(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  ConvProduct<T> product{a.x + step.first * a.ldx, a.ldx, step.rows,
                         {g.height, g.kernel_height, g.out_height, g.stride_height, 1, g.pad_top},
                         {g.width, g.kernel_width, g.out_width, g.stride_width, 1, g.pad_left},
                         g.channels, a.w, g.filters, a.b, a.y + step.first * a.ldy, a.ldy, nullptr, 0,
                         a.winners ? a.winners + step.first * a.ldw : nullptr, a.ldw, a.pool > 0 ? a.pool : 1, a.function,
                         Vec<T>::set1(T(a.slope))};
  product.multiply();
}

template <class T> struct ConvBackwardArguments {
  const T* dy; int64_t lddy;  // [chunk][lddy]: [out height][out width][filters]
  const T* wt;                // packed [taps, turned][filters][channels]
  T* dx; int64_t lddx;        // [chunk][lddx]: [height][width][channels]
  const T* y; int64_t ldy;    // [chunk][ldy] what the function below gave; null where there is none
  ConvGeometry geometry;
  int64_t function;
  double slope;
};

// convBackward: dx = (sum over taps dy w^T) * f'(below), with f the elementwise function of the layer below.
template <class T> void conv_backward(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvBackwardArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  ConvProduct<T> product{a.dy + step.first * a.lddy, a.lddy, step.rows,
                         {g.out_height, g.kernel_height, g.height, 1, g.stride_height, g.kernel_height - 1 - g.pad_top},
                         {g.out_width, g.kernel_width, g.width, 1, g.stride_width, g.kernel_width - 1 - g.pad_left},
                         g.filters, a.wt, g.channels, nullptr, a.dx + step.first * a.lddx, a.lddx,
                         a.y ? a.y + step.first * a.ldy : nullptr, a.ldy, nullptr, 0, 1, a.y ? a.function : int64_t(identity),
                         Vec<T>::set1(T(a.slope))};
  if (ConvBackwardFew<T>::suits(g)) ConvBackwardFew<T>(product, g.taps() * g.channels).multiply();
  else product.multiply();
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
