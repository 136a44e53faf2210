// Polynomials by Horner's rule.
#pragma once
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// c[0] + c[1] z + c[2] z^2 + …, from the last.
template <int N> HEDDLE_INLINE Vec<double> polynomial(Vec<double> z, const double (&c)[N]) {
  Vec<double> sum = Vec<double>::set1(c[N - 1]);
  HEDDLE_UNROLL
  for (int i = N - 2; i >= 0; i--) sum = fma(sum, z, Vec<double>::set1(c[i]));
  return sum;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
