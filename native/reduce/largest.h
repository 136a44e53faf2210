// Maxima with their places: what pooling, maxout and pooled convolutions keep.
#pragma once
#include <stdint.h>

#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// The largest number of a window and its place; the first on ties; NaN is larger than any number.
template <class T> struct Largest {
  Vec<T> value, place;
  HEDDLE_INLINE void take(Vec<T> v, Vec<T> at) {
    // `place` first: both compare with the old value.
    place = select_greater_or_nan(v, value, at, place);
    value = select_greater_or_nan(v, value, v, value);
  }
};

template <class T> HEDDLE_INLINE void finish_window(const Largest<T>& most, T* y, uint8_t* winners, int64_t n) {
  store_lanes(most.value, y, n);
  if (winners) store_byte_lanes(most.place, winners, n);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
