// Stochastic gradient descent: w -= lr g.  hyper: lr
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Sgd {
  template <class T> static void update(T* w, const T* g, State<T>, int64_t n, const double* hyper) {
    using V = Vec<T>;
    const V rate = V::set1(T(-hyper[0]));
    for (int64_t i = 0; i < n; i += V::lanes) fma(rate, V::load(g + i), V::load(w + i)).store(w + i);
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
