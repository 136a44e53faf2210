// No optimizers, but what takes their place where an update waits for the whole gradient: `keep` lays the gradient down
// beside the weights, `nothing` leaves the weights as they are.
#pragma once
#include <stdint.h>

#include "optimizer/state.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Keep {
  template <class T> static void update(T*, const T* g, State<T> state, int64_t n, const double*) {
    T* const kept = state.plane(0);
    for (int64_t i = 0; i < n; i += Vec<T>::lanes) Vec<T>::load(g + i).store(kept + i);
  }
};

struct Nothing {
  template <class T> static void update(T*, const T*, State<T>, int64_t, const double*) {}
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
