// RMSProp (Tieleman & Hinton 2012) as PyTorch: r = rho r + (1-rho) g^2; s = g / (scale sqrt(r + inside) + outside);
// w -= lr s. Centered: r - m^2 in the place of r, no less than 0, m = rho m + (1-rho) g. With momentum: buf = mu buf +
// s; w -= lr buf.  hyper: lr, rho, 1-rho, mu, inside, scale, outside. State: r, m where centered, buf with momentum.
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "optimizer/step_of.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <bool centered, bool momentum> struct RmspropOf {
  template <class T> static void update(T* w, const T* g, State<T> state, int64_t n, const double* hyper) {
    using V = Vec<T>;
    T *const squares = state.plane(0), *const means = state.plane(1), *const buffers = state.plane(centered ? 2 : 1);
    const V rate = V::set1(T(-hyper[0])), rho = V::set1(T(hyper[1])), rest = V::set1(T(hyper[2])),
            mu = V::set1(T(hyper[3]));
    const StepOf<T> step(hyper + 4);
    for (int64_t i = 0; i < n; i += V::lanes) {
      const V gradient = V::load(g + i);
      const V square = fma(rho, V::load(squares + i), rest * gradient * gradient);
      square.store(squares + i);
      V r = square;
      if constexpr (centered) {
        const V mean = fma(rho, V::load(means + i), rest * gradient);
        mean.store(means + i);
        r = max(square - mean * mean, V::zero());
      }
      V s = step.of(gradient, r);
      if constexpr (momentum) {
        s = fma(mu, V::load(buffers + i), s);
        s.store(buffers + i);
      }
      fma(rate, s, V::load(w + i)).store(w + i);
    }
  }
};

using Rmsprop = RmspropOf<false, false>;
using RmspropMomentum = RmspropOf<false, true>;
using RmspropCentered = RmspropOf<true, false>;
using RmspropCenteredMomentum = RmspropOf<true, true>;

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
