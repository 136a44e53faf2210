// The tail of the normal distribution: the same operations on every machine.
#pragma once
#include "math/exp.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// P(-a) e^(a^2/2) / t, where P is the normal distribution function, as a polynomial in 2 t - 1 with t = 1 / (1 + a/4),
// which takes all a >= 0 to (0, 1]: interpolated at Chebyshev's points in 60 digits; relative errors 4e-8 and 4e-16.
template <class T> struct NormalTail;
template <> struct NormalTail<float> {
  static constexpr int degree = 11;
  static constexpr float coefficients[] = {0.188821283f,   0.15197416f,    0.0967843486f,    0.0466304962f,
                                           0.015099161f,   0.00188467219f, -0.000869985756f, -0.000406061909f,
                                           3.34101066e-5f, 5.44427664e-5f, -4.31498073e-7f,  -5.49476085e-6f};
};
template <> struct NormalTail<double> {
  static constexpr int degree = 22;
  static constexpr double coefficients[] = {
      0.18882128260393787,   0.15197416049297328,    0.09678435018555413,     0.046630464489891801,
      0.0150991437226906,    0.0018850472422843282,  -0.00086992309072258895, -0.0004077046219705911,
      3.3336064725932096e-5, 5.7773787696921856e-5,  -4.7697687209841886e-7,  -8.7864111464559616e-6,
      1.7881843773272038e-7, 1.4807449569186902e-6,  -1.5655171917398998e-7,  -2.5677372017785852e-7,
      6.655819747208906e-8,  4.0579794201183911e-8,  -1.997462688140565e-8,   -4.9020847852348788e-9,
      4.1340111938766009e-9, 3.2114547174813171e-10, -4.4343512609872771e-10};
};

// P(-|x|) to an error relative to itself, and e^(-x^2/2). NaN stays NaN.
template <class T> HEDDLE_INLINE_LONG Vec<T> normal_tail(Vec<T> x, Vec<T>& power) {
  using V = Vec<T>;
  const V one = V::set1(T(1)), magnitude = max(V::zero() - x, x);
  const V t = one / fma(magnitude, V::set1(T(0.25)), one), u = t + t - one;
  V sum = V::set1(NormalTail<T>::coefficients[NormalTail<T>::degree]);
  for (int k = NormalTail<T>::degree - 1; k >= 0; k--) sum = fma(sum, u, V::set1(NormalTail<T>::coefficients[k]));
  power = exp(x * x * V::set1(T(-0.5)));
  return sum * t * power;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
