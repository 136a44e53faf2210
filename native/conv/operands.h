// What a convolution or its transpose reads and writes, and how.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct ConvOperands {
  const T* x;  // [samples][ldx]
  int64_t ldx, samples;
  Axis vertical, horizontal;
  int64_t channels;  // of the image
  const T* packed;   // the kernel, [tap y][tap x][channel][columns] in panels
  int64_t columns;   // of the kernel: channels of the output
  const T* start;    // [columns padded], or null for zero
  T* y;              // [samples][ldy]
  int64_t ldy;
  const T* below;  // shape of y: the output is multiplied by f' from it; null: f is applied
  int64_t ldbelow;
  uint8_t* winners;  // [samples][ldw], or null
  int64_t ldw;
  int64_t window;  // positions of a pooling window along each axis; 1 for none
  Activation activation;
  Vec<T> slope;

  // The kernel's row of tap number t down and r across.
  int64_t row_of(const Taps& v, int64_t t, const Taps& h, int64_t r) const {
    return ((v.tap + t * vertical.dilation) * horizontal.kernel + h.tap + r * horizontal.dilation) * channels;
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
