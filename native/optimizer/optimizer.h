// The update of a range of the flat parameters by the optimizer of a program.
#pragma once
#include <stdint.h>

#include "op.h"
#include "optimizer/state.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// w weights, g gradient, `hyper` the numbers of this step for all rules. In whole vectors. Defined in
// optimizer/update.h, which is a unit of its own.
template <class T> void update(Optimizer optimizer, T* w, const T* g, State<T> state, int64_t n, const double* hyper);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
