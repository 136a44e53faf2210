// Standard normals by Box-Muller in double, from operations that round the same everywhere.
#pragma once
#include <stdint.h>

#include "math/log.h"
#include "math/polynomial.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// cos and sin of 2 pi word / 2^32. Taking off whole quarters is exact; on what remains, at most pi/4, Taylor series to
// x^16 and x^17.
HEDDLE_INLINE void turn(Bits word, Vec<double>& cosine, Vec<double>& sine) {
  using V = Vec<double>;
  constexpr double cos_tail[] = {1.0 / 24,        -1.0 / 720,         1.0 / 40320,         -1.0 / 3628800,
                                 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000};
  constexpr double sin_tail[] = {-1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
                                 -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  const Bits low = word & Bits::set1(0xffffffff);
  const Bits quarter = (low + Bits::set1(1 << 29)).template right<30>();  // the nearest, 0 … 4
  const V x = fma(number_of_word(quarter), V::set1(-0x1p30), number_of_word(low)) *
              V::set1(1.4629180792671596e-9);  // 2 pi / 2^32
  const V z = x * x;
  const V c = fma(z, fma(z, polynomial(z, cos_tail), V::set1(-0.5)), V::set1(1));
  const V s = fma(x * z, polynomial(z, sin_tail), x);
  const V odd = number_of_word(quarter & Bits::set1(1)), half = V::set1(0.5);
  const Bits cos_sign = ((quarter + Bits::set1(1)) & Bits::set1(2)).template left<62>();
  const Bits sin_sign = (quarter & Bits::set1(2)).template left<62>();
  cosine = (Bits::of(select_greater(odd, half, s, c)) ^ cos_sign).as_double();
  sine = (Bits::of(select_greater(odd, half, c, s)) ^ sin_sign).as_double();
}

// Two normals from two words: the radius from 1 - word0 / 2^32, never 0, the angle from word1.
HEDDLE_INLINE void normals(Bits word0, Bits word1, Vec<double>& first, Vec<double>& second) {
  using V = Vec<double>;
  const V radius = sqrt(log((V::set1(0x1p32) - number_of_word(word0)) * V::set1(0x1p-32)) * V::set1(-2));
  V cosine, sine;
  turn(word1, cosine, sine);
  first = radius * cosine;
  second = radius * sine;
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
