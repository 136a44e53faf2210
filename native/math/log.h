// Own logarithms: the same operations on every machine.
#pragma once
#include <stdint.h>
#include <string.h>

#include "math/exp.h"
#include "math/polynomial.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// ln x of positive normal numbers, to 2 ulp: x = m 2^e with m in [sqrt(1/2), sqrt 2), ln m = 2 atanh((m-1)/(m+1)).
// NaN stays NaN: it tells that a loss is not finite. Without fused operations, as the twin has none.
HEDDLE_INLINE Vec<double> log_of_sum(Vec<double> x) {
  using V = Vec<double>;
  const Bits bits = Bits::of(x);
  const V one = V::set1(1), root = V::set1(1.4142135623730951);
  const V whole = ((bits & Bits::set1(0x000fffffffffffff)) | Bits::set1(0x3ff0000000000000)).as_double();
  const V m = select_greater(whole, root, whole * V::set1(0.5), whole);
  const V n = number_of_word(bits.template right<52>()) - select_greater(whole, root, V::set1(1022), V::set1(1023));
  const V s = (m - one) / (m + one), square = s * s, twice = s + s;
  V sum = V::zero();
  HEDDLE_UNROLL
  for (int k = 23; k >= 3; k -= 2) sum = sum * square + V::set1(1.0 / k);
  const V high = n * V::set1(Constants<double>::ln2_high), low = n * V::set1(Constants<double>::ln2_low);
  return select_equal(x, x, high + (twice + (twice * square * sum + low)), x);
}

// ln x of positive normal numbers, as above: 2 atanh((m - 1) / (m + 1)) + k ln 2.
HEDDLE_INLINE Vec<double> log(Vec<double> x) {
  using V = Vec<double>;
  constexpr double tail[] = {1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                             1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  const Bits bits = Bits::of(x);
  const V one = V::set1(1), root = V::set1(1.4142135623730951);
  const V whole = ((bits & Bits::set1(0x000fffffffffffff)) | Bits::set1(0x3ff0000000000000)).as_double();
  const V m = select_greater(whole, root, whole * V::set1(0.5), whole);
  const V k = number_of_word(bits.template right<52>()) - select_greater(whole, root, V::set1(1022), V::set1(1023));
  const V s = (m - one) / (m + one), square = s * s;
  const V twice = s + s;
  return fma(k, V::set1(Constants<double>::ln2_high),
             fma(k, V::set1(Constants<double>::ln2_low), fma(twice * square, polynomial(square, tail), twice)));
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
