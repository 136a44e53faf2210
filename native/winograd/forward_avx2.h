// Winograd's forward pass on AVX2, where a vector is two registers: 18 vectors of half a
// transform are more than its 16 registers hold. So the output's transform goes one register after the other too, as
// that of the input does everywhere (tiles.h). No number of one lane meets one of another: the bits are the same.
#pragma once
#include <stdint.h>

#include "op.h"
#include "simd/vec.h"
#include "winograd/forward.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct InRegisters : InVectors<T> {
  using R = Reg<T>;
  static inline void output(const T* m, int64_t stride, Vec<T> add, Vec<T>* z) {
    for (int i = 0; i < Vec<T>::count; i++)
      transform_output<R>([&](int point) { return R::load(m + point * stride + i * R::width); },
                          [&](int y, int x, R value) { z[y * winograd_outputs + x].r[i] = value + add.r[i]; });
  }
};

template <class T> void winograd_in_registers(const Word* words, const Step& step) {
  winograd_by<T, InRegisters<T>>(words, step);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
