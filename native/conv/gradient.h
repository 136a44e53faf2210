// The gradients of a convolution's kernel and bias, for groups of samples.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "conv/gradient_product.h"
#include "gemm/panels.h"
#include "op.h"
#include "reduce/groups.h"
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
  int64_t first_slice, last_slice;
};

// convWeightGradient: adds this block's samples to the gradient of its group, in those of its units that are of the
// slices [first, last). A unit is as many channels as a vector has lanes, with the taps of one row of the kernel, in
// one panel; of a panel they are numbered row by row.
template <class T> void conv_weight_gradient(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvWeightGradientArguments<T>>(words);
  ConvGradientOperands<T> operands = {
      .x = a.x + step.first * a.ldx,
      .ldx = a.ldx,
      .dy = a.dy + step.first * a.lddy,
      .lddy = a.lddy,
      .samples = step.rows,
      .g = a.geometry,
      .clear = step.start,
  };
  const int64_t channels = a.geometry.channels, depth = a.geometry.taps() * channels;
  const int64_t units = (channels + Vec<T>::lanes - 1) / Vec<T>::lanes,
                panels = (a.geometry.filters + panel_vectors * Vec<T>::lanes - 1) / (panel_vectors * Vec<T>::lanes);
  const int64_t of_panel = a.geometry.kernel_height * units;
  const OwnUnits own(a.first_slice, a.last_slice, step.group, panels * of_panel);
  for_each_panel_units(a.g + step.group * a.stride, depth, a.geometry.filters, of_panel, own.first, own.last,
                       [&](const PanelView<T>& panel, int64_t from, int64_t to) {
                         for (int64_t count; from < to; from += count) {
                           // Whole rows of the kernel at once, or what there is of one.
                           const int64_t unit = from % units, left = to - from, whole = unit == 0 ? left / units : 0;
                           count = whole > 0 ? whole * units : left < units - unit ? left : units - unit;
                           operands.first_row = from / units;
                           operands.last_row = operands.first_row + (whole > 0 ? whole : 1);
                           const int64_t first = unit * Vec<T>::lanes, end = whole > 0 ? units : unit + count;
                           add_gradient(operands, panel, first, end < units ? end * Vec<T>::lanes : channels,
                                        const_cast<T*>(panel.panel) + first * panel.ld, channels);
                         }
                       });
}

template <class T> struct BiasGradientArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]: [pixels][channels]
  T* g;
  int64_t stride;  // [groups][stride]: [channels padded]
  int64_t pixels, channels;
  int64_t first_slice, last_slice;
};

// biasGradient: adds the sum of dy over this block's samples and their pixels to the gradient of its group: a sample's
// pixels in four sums, pixel by pixel in turn, which are folded and added to the group's. Of the slices [first, last),
// which are vectors of channels.
template <class T> void bias_gradient(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<BiasGradientArguments<T>>(words);
  const OwnUnits own(a.first_slice, a.last_slice, step.group, (a.channels + V::lanes - 1) / V::lanes);
  for (int64_t j = own.first * V::lanes; j < own.last * V::lanes; j += V::lanes) {
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
