// Muon's momentum: buf = mu buf + g; direction = g + mu buf, or buf. The weights follow when the whole matrix is there
// (optimizer/orthogonal.h).  hyper: lr, mu, nesterov
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Muon {
  template <class T> static void update(T*, const T* g, State<T> state, int64_t n, const double* hyper) {
    using V = Vec<T>;
    T *const s = state.plane(0), *const direction = state.plane(1);
    const V mu = V::set1(T(hyper[1]));
    const bool nesterov = hyper[2] != 0;
    for (int64_t i = 0; i < n; i += V::lanes) {
      const V gradient = V::load(g + i), buf = fma(mu, V::load(s + i), gradient);
      buf.store(s + i);
      (nesterov ? fma(mu, buf, gradient) : buf).store(direction + i);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
