// AdaGrad (Duchi et al. 2011) as PyTorch: r += g^2; w -= lr g / (scale sqrt(r + inside) + outside), 0 where that is 0 /
// 0. hyper: lr, inside, scale, outside
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "optimizer/step_of.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Adagrad {
  template <class T> static void update(T* w, const T* g, State<T> state, int64_t n, const double* hyper) {
    using V = Vec<T>;
    T* const s = state.plane(0);
    const V rate = V::set1(T(-hyper[0]));
    const StepOf<T> step(hyper + 1);
    for (int64_t i = 0; i < n; i += V::lanes) {
      const V gradient = V::load(g + i);
      const V sum = fma(gradient, gradient, V::load(s + i));
      sum.store(s + i);
      fma(rate, step.of(gradient, sum), V::load(w + i)).store(w + i);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
