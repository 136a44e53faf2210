// The optimizers by their numbers in programs.
#pragma once
#include "op.h"

namespace heddle {

enum class Optimizer : int64_t {
#define HEDDLE_OPTIMIZER(name, O, states, header) O,
#include "optimizer/optimizers.inc"
#undef HEDDLE_OPTIMIZER
};
struct OptimizerLine {
  const char* name;
  int states;
};
constexpr OptimizerLine optimizers[] = {
#define HEDDLE_OPTIMIZER(name, O, states, header) {name, states},
#include "optimizer/optimizers.inc"
#undef HEDDLE_OPTIMIZER
};
static inline int states_of(Optimizer named) { return optimizers[int64_t(loop_of(named))].states; }

}  // namespace heddle
