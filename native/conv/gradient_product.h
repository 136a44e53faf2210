// The gradient by the kernel: dw[k][filter] += sum over samples and pixels of x * dy, each number one chain of FMAs,
// sample by sample, pixel by pixel in row-major order. Pixels whose tap falls outside the image are left out; with few
// channels they count as zeros, so that taps that see different pixels can share a tile. Defined in
// conv/gradient_products.h, which is a unit of its own.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "gemm/panels.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct ConvGradientOperands {
  const T* x;  // [samples][ldx]
  int64_t ldx;
  const T* dy;  // [samples][lddy]
  int64_t lddy, samples;
  ConvGeometry g;
  bool clear;                                   // the sum starts from 0, else from what is stored
  int64_t first_row = 0, last_row = INT64_MAX;  // of the kernel
};

// The rows (tap, channel first … last) of one panel. Tap t's rows of the sum start at out + t * tap_rows * panel.ld.
template <class T> void add_gradient(const ConvGradientOperands<T>& o, const PanelView<T>& panel, int64_t first_channel,
                                     int64_t last_channel, T* out, int64_t tap_rows);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
