// Own exp: the same operations on every machine.
#pragma once
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct Constants;
template <> struct Constants<float> {
  static constexpr int degree = 7;                                            // r^8/8! < 2^-27 for |r| <= ln2/2
  static constexpr float exp_low = -104, exp_high = 89;                       // beyond: 0 and infinity
  static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;  // ln2_high * n is exact
  static constexpr float tanh_high = 10;
};
template <> struct Constants<double> {
  static constexpr int degree = 13;  // r^14/14! < 2^-57
  static constexpr double exp_low = -746, exp_high = 710;
  static constexpr double ln2_high = 0x1.62e42fefap-1, ln2_low = 0x1.cf79abc9e3b39p-40;
  static constexpr double tanh_high = 20;
};

// 1/k!, as the Taylor series of exp has them.
constexpr double reciprocal_factorial[14] = {
    1.0,        1.0,         1.0 / 2,      1.0 / 6,       1.0 / 24,       1.0 / 120,       1.0 / 720,
    1.0 / 5040, 1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};

// x = n ln2 + r with |r| <= ln2/2; returns expm1(r) by its Taylor series and n.
template <class T> HEDDLE_INLINE_LONG Vec<T> reduced_expm1(Vec<T> x, Vec<T>& n) {
  using V = Vec<T>;
  n = round(x * V::set1(T(1.44269504088896340736)));
  V r = fma(n, V::set1(-Constants<T>::ln2_high), x);
  r = fma(n, V::set1(-Constants<T>::ln2_low), r);
  V sum = V::set1(T(reciprocal_factorial[Constants<T>::degree]));
  for (int k = Constants<T>::degree - 1; k >= 2; k--) sum = fma(sum, r, V::set1(T(reciprocal_factorial[k])));
  return fma(sum * r, r, r);
}

// e^x. NaN stays NaN: max returns its second argument where the two do not compare.
template <class T> HEDDLE_INLINE_LONG Vec<T> exp(Vec<T> x) {
  using V = Vec<T>;
  const V low = V::set1(Constants<T>::exp_low), high = V::set1(Constants<T>::exp_high);
  x = select_greater(x, high, high, max(low, x));
  V n;
  const V p = reduced_expm1(x, n);
  // In two halves, so that neither power leaves the exponent range.
  const V half = round(n * V::set1(T(0.5)));
  const V scaled = power_of_two(half);
  return fma(scaled, p, scaled) * power_of_two(n - half);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
