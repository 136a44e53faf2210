// The elementwise functions by their numbers in programs.
#pragma once
#include "op.h"

namespace heddle {

enum class Activation : int64_t {
#define HEDDLE_FUNCTION(name, F, kept, header) F,
#include "activation/functions.inc"
#undef HEDDLE_FUNCTION
};
struct FunctionLine {
  const char *name, *kept;
};
constexpr FunctionLine functions[] = {
#define HEDDLE_FUNCTION(name, F, kept, header) {name, kept},
#include "activation/functions.inc"
#undef HEDDLE_FUNCTION
};

}  // namespace heddle
