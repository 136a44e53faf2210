// Normal noise as what `Draws` makes of its words.
#pragma once
#include "noise/draws.h"
#include "random/normal.h"
#include "random/philox.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Normals with a standard deviation.
template <class T> struct Gauss {
  Vec<double> deviation;
  HEDDLE_INLINE void operator()(const Words& words, T* out) const {
    HEDDLE_UNROLL
    for (int w = 0; w < 4; w += 2) {
      Vec<double> first, second;
      normals(words.word[w], words.word[w + 1], first, second);
      (first * deviation).store(out + w * Draws<T>::stride);
      (second * deviation).store(out + (w + 1) * Draws<T>::stride);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
