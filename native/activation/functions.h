// Choosing an elementwise function by its number, for one vector or for a whole loop.
#pragma once
#include <stdint.h>

#include "activation/list.h"
#include "generated/functions.h"
#include "op.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// f(x).
template <class T> HEDDLE_INLINE Vec<T> apply(Activation activation, Vec<T> slope, Vec<T> x) {
  switch (activation) {
#define HEDDLE_FUNCTION(name, F, kept, header) \
  case Activation::F: return F::apply(slope, x);
#include "activation/functions.inc"
#undef HEDDLE_FUNCTION
  }
  return x;
}

// dy * f'(x), from y, or x, as functions.inc says.
template <class T> HEDDLE_INLINE Vec<T> apply_derivative(Activation activation, Vec<T> slope, Vec<T> from, Vec<T> dy) {
  switch (activation) {
#define HEDDLE_FUNCTION(name, F, kept, header) \
  case Activation::F: return F::derive(slope, from, dy);
#include "activation/functions.inc"
#undef HEDDLE_FUNCTION
  }
  return dy;
}

// Calls body(f) with f(x) as `apply` has it: chosen once, not for each vector.
template <class T, class Body> inline void with_function(Activation activation, Vec<T> slope, Body&& body) {
  using V = Vec<T>;
  switch (activation) {
#define HEDDLE_FUNCTION(name, F, kept, header) \
  case Activation::F: return body([=](V x) HEDDLE_LAMBDA { return F::apply(slope, x); });
#include "activation/functions.inc"
#undef HEDDLE_FUNCTION
  }
}

// The same with d(from, dy) as `apply_derivative` has it.
template <class T, class Body> inline void with_derivative(Activation activation, Vec<T> slope, Body&& body) {
  using V = Vec<T>;
  switch (activation) {
#define HEDDLE_FUNCTION(name, F, kept, header) \
  case Activation::F: return body([=](V from, V dy) HEDDLE_LAMBDA { return F::derive(slope, from, dy); });
#include "activation/functions.inc"
#undef HEDDLE_FUNCTION
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
