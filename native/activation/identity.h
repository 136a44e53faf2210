// No function.
#pragma once
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct Identity {
  template <class T> static HEDDLE_INLINE Vec<T> apply(Vec<T>, Vec<T> x) { return x; }
  template <class T> static HEDDLE_INLINE Vec<T> derive(Vec<T>, Vec<T>, Vec<T> dy) { return dy; }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
