// `update`, compiled once for all kernels that end in it.
#pragma once
#include <stdint.h>

#include "generated/optimizers.h"
#include "optimizer/list.h"
#include "optimizer/optimizer.h"
#include "optimizer/penalties.h"
#include "optimizer/state.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T>
inline void run_loop(Optimizer loop, T* w, const T* g, State<T> state, int64_t n, const double* scalars) {
  switch (loop) {
#define HEDDLE_OPTIMIZER(name, O, states, header) \
  case Optimizer::O: return O::update(w, g, state, n, scalars);
#include "optimizer/optimizers.inc"
#undef HEDDLE_OPTIMIZER
  }
}

template <class T> void update(Optimizer named, T* w, const T* g, State<T> state, int64_t n, const double* hyper) {
  const double* scalars = scalars_of(named, hyper);
  const Optimizer loop = loop_of(named);
  if (scalars[penalty_active] == 0) return run_loop(loop, w, g, state, n, scalars);
  // A part at a time, so that the changed gradient stays in the nearest cache.
  alignas(64) T changed[penalty_numbers];
  for (int64_t at = 0; at < n; at += penalty_numbers) {
    const int64_t part = n - at < penalty_numbers ? n - at : penalty_numbers;
    penalize(w + at, g + at, changed, part, scalars);
    run_loop(loop, w + at, changed, state.at(at), part, scalars);
  }
}

template void update(Optimizer, float*, const float*, State<float>, int64_t, const double*);
template void update(Optimizer, double*, const double*, State<double>, int64_t, const double*);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
