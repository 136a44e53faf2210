// The optimizer's state of a range of weights.
#pragma once
#include <stdint.h>

#include "isa/isa.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Planes of numbers laid out as the weights, or none.
template <class T> struct State {
  T *s, *t, *v;
  T* plane(int k) const { return k == 0 ? s : k == 1 ? t : v; }
  // Of the weights from number `offset` on.
  State at(int64_t offset) const {
    return {s ? s + offset : nullptr, t ? t + offset : nullptr, v ? v + offset : nullptr};
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
