// Standard normals by Box-Muller in double, from operations that round the same everywhere.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// c[0] + c[1] z + c[2] z^2 + …, from the last.
template <int N> HEDDLE_INLINE Vec<double> polynomial(Vec<double> z, const double (&c)[N]) {
  Vec<double> sum = Vec<double>::set1(c[N - 1]);
  HEDDLE_UNROLL
  for (int i = N - 2; i >= 0; i--) sum = fma(sum, z, Vec<double>::set1(c[i]));
  return sum;
}

// ln x of positive normal numbers, as `log` in activation/function.h: 2 atanh((m - 1) / (m + 1)) + k ln 2.
HEDDLE_INLINE Vec<double> log(Vec<double> x) {
  using V = Vec<double>;
  constexpr double tail[] = {1.0 / 3, 1.0 / 5, 1.0 / 7, 1.0 / 9, 1.0 / 11, 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21};
  const Bits bits = Bits::of(x);
  const V one = V::set1(1), root = V::set1(1.4142135623730951);
  const V whole = ((bits & Bits::set1(0x000fffffffffffff)) | Bits::set1(0x3ff0000000000000)).as_double();
  const V m = select_greater(whole, root, whole * V::set1(0.5), whole);
  const V k = number_of_word(bits.template right<52>()) - select_greater(whole, root, V::set1(1022), V::set1(1023));
  const V s = (m - one) / (m + one), square = s * s;
  const V twice = s + s;
  return fma(k, V::set1(Constants<double>::ln2_high), fma(k, V::set1(Constants<double>::ln2_low), fma(twice * square, polynomial(square, tail), twice)));
}

// cos and sin of 2 pi word / 2^32. Taking off whole quarters is exact; on what remains, at most pi/4, Taylor series to
// x^16 and x^17.
HEDDLE_INLINE void turn(Bits word, Vec<double>& cosine, Vec<double>& sine) {
  using V = Vec<double>;
  constexpr double cos_tail[] = {1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000};
  constexpr double sin_tail[] = {-1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  const Bits low = word & Bits::set1(0xffffffff);
  const Bits quarter = (low + Bits::set1(1 << 29)).template right<30>();  // the nearest, 0 … 4
  const V x = fma(number_of_word(quarter), V::set1(-0x1p30), number_of_word(low)) * V::set1(1.4629180792671596e-9);  // 2 pi / 2^32
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
