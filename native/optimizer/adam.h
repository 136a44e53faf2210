// Adam (Kingma & Ba 2015, epsilon as PyTorch): m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2;
// w -= lr/(1-b1^t) m / (scale sqrt(v + inside) + outside), 0 where that is 0 / 0.
// hyper: lr/(1-b1^t), b1, 1-b1, b2, 1-b2, inside, scale, outside
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "optimizer/step_of.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Adam {
  template <class T> static void update(T* w, const T* g, State<T> state, int64_t n, const double* hyper) {
    using V = Vec<T>;
    T *const s = state.plane(0), *const t = state.plane(1);
    const V rate = V::set1(T(-hyper[0])), b1 = V::set1(T(hyper[1])), c1 = V::set1(T(hyper[2]));
    const V b2 = V::set1(T(hyper[3])), c2 = V::set1(T(hyper[4]));
    const StepOf<T> step(hyper + 5);
    for (int64_t i = 0; i < n; i += V::lanes) {
      const V gradient = V::load(g + i);
      const V m = fma(b1, V::load(s + i), c1 * gradient);
      const V v = fma(b2, V::load(t + i), c2 * gradient * gradient);
      m.store(s + i);
      v.store(t + i);
      fma(rate, step.of(m, v), V::load(w + i)).store(w + i);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
