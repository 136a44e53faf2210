// The softmax of one row of logits, and its most probable class. Classes lie along the lanes.
#pragma once
#include <stdint.h>

#include "math/exp.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// p = softmax(z) over `classes` numbers, in whole vectors (lanes beyond are 0). Returns sum exp(z - max z), and max z.
template <class T> inline double softmax_row(const T* z, T* p, int64_t classes, double& largest) {
  using V = Vec<T>;
  const V n = V::set1(T(classes)), minus_infinity = V::set1(-infinity<T>), lane = iota<T>();
  V most = minus_infinity;
  for (int64_t i = 0; i < classes; i += V::lanes)
    most = max(select_greater(n, lane + V::set1(T(i)), V::load(z + i), minus_infinity), most);
  const T top = fold_max(most);
  const V shift = V::set1(top);
  V sum = V::zero();
  for (int64_t i = 0; i < classes; i += V::lanes) {
    const V e = select_greater(n, lane + V::set1(T(i)), exp(V::load(z + i) - shift), V::zero());
    e.store(p + i);
    sum = sum + e;
  }
  const T total = fold_sum(sum);
  const V inverse = V::set1(T(1) / total);
  for (int64_t i = 0; i < classes; i += V::lanes) (V::load(p + i) * inverse).store(p + i);
  largest = double(top);
  return double(total);
}

// The most probable class, the lowest on ties.
template <class T> inline int64_t argmax(const T* z, int64_t classes) {
  // Without branches: which class wins is not for the CPU to guess.
  int64_t best = 0;
  T most = z[0];
  for (int64_t i = 1; i < classes; i++) {
    best = z[i] > most ? i : best;
    most = z[i] > most ? z[i] : most;
  }
  return best;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
