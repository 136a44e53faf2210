// Nesterov's momentum as PyTorch: buf = mu buf + g; w -= lr (g + mu buf).  hyper: lr, mu
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Nesterov {
  template <class T> static void update(T* w, const T* g, State<T> state, int64_t n, const double* hyper) {
    using V = Vec<T>;
    T* const s = state.plane(0);
    const V rate = V::set1(T(-hyper[0])), mu = V::set1(T(hyper[1]));
    for (int64_t i = 0; i < n; i += V::lanes) {
      const V gradient = V::load(g + i);
      const V buf = fma(mu, V::load(s + i), gradient);
      buf.store(s + i);
      fma(rate, fma(mu, buf, gradient), V::load(w + i)).store(w + i);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
