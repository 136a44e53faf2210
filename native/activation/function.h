// Elementwise functions and their derivatives, own exp and log: the same operations on every machine.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct Constants;
template <> struct Constants<float> {
  static constexpr int degree = 7;                // r^8/8! < 2^-27 for |r| <= ln2/2
  static constexpr float exp_low = -104, exp_high = 89;  // beyond: 0 and infinity
  static constexpr float ln2_high = 0x1.62e4p-1f, ln2_low = 0x1.7f7d1cp-20f;  // ln2_high * n is exact
  static constexpr float tanh_high = 10;
};
template <> struct Constants<double> {
  static constexpr int degree = 13;               // r^14/14! < 2^-57
  static constexpr double exp_low = -746, exp_high = 710;
  static constexpr double ln2_high = 0x1.62e42fefap-1, ln2_low = 0x1.cf79abc9e3b39p-40;
  static constexpr double tanh_high = 20;
};

// 1/k!, as the Taylor series of exp has them.
constexpr double reciprocal_factorial[14] = {1.0, 1.0, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040,
  1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};

// x = n ln2 + r with |r| <= ln2/2; returns expm1(r) by its Taylor series and n.
template <class T> inline Vec<T> reduced_expm1(Vec<T> x, Vec<T>& n) {
  using V = Vec<T>;
  n = round(x * V::set1(T(1.44269504088896340736)));
  V r = fma(n, V::set1(-Constants<T>::ln2_high), x);
  r = fma(n, V::set1(-Constants<T>::ln2_low), r);
  V sum = V::set1(T(reciprocal_factorial[Constants<T>::degree]));
  for (int k = Constants<T>::degree - 1; k >= 2; k--) sum = fma(sum, r, V::set1(T(reciprocal_factorial[k])));
  return fma(sum * r, r, r);
}

// e^x. NaN stays NaN: max returns its second argument where the two do not compare.
template <class T> inline Vec<T> exp(Vec<T> x) {
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

// tanh x = t / (t + 2) with t = expm1(2 |x|), the sign put back.
template <class T> inline Vec<T> tanh(Vec<T> x) {
  using V = Vec<T>;
  const V zero = V::zero(), high = V::set1(Constants<T>::tanh_high);
  V magnitude = max(zero - x, x);
  magnitude = select_greater(magnitude, high, high, magnitude);
  V n;
  const V p = reduced_expm1(magnitude + magnitude, n);
  const V scaled = power_of_two(n);
  const V t = fma(scaled, p, scaled - V::set1(T(1)));
  const V y = t / (t + V::set1(T(2)));
  return select_greater(zero, x, zero - y, y);
}

template <class T> inline Vec<T> sigmoid_of(Vec<T> x) {
  using V = Vec<T>;
  const V one = V::set1(T(1));
  return one / (one + exp(V::zero() - x));
}

// f(x).
template <class T> HEDDLE_INLINE Vec<T> apply(int64_t function, Vec<T> slope, Vec<T> x) {
  using V = Vec<T>;
  switch (function) {
    case relu: return max(V::zero(), x);
    case leaky_relu: return select_greater(V::zero(), x, x * slope, x);
    case tanh_: return tanh(x);
    case sigmoid: return sigmoid_of(x);
    default: return x;
  }
}

// dy * f'(x), with f' from y = f(x). A NaN in y passes into the product where the function's slope depends on it.
template <class T> HEDDLE_INLINE Vec<T> apply_derivative(int64_t function, Vec<T> slope, Vec<T> y, Vec<T> dy) {
  using V = Vec<T>;
  switch (function) {
    case relu: return select_greater(y, V::zero(), dy, V::zero());
    case leaky_relu: return select_greater(y, V::zero(), dy, dy * slope);
    case tanh_: return dy * fma(V::zero() - y, y, V::set1(T(1)));
    case sigmoid: return dy * (y * (V::set1(T(1)) - y));
    default: return dy;
  }
}

// Calls body(f) with f(x) as `apply` has it: chosen once, not for each vector.
template <class T, class Body> inline void with_function(int64_t function, Vec<T> slope, Body&& body) {
  using V = Vec<T>;
  switch (function) {
    case relu: return body([](V x) HEDDLE_LAMBDA { return apply(relu, V::zero(), x); });
    case leaky_relu: return body([=](V x) HEDDLE_LAMBDA { return apply(leaky_relu, slope, x); });
    case tanh_: return body([](V x) HEDDLE_LAMBDA { return apply(tanh_, V::zero(), x); });
    case sigmoid: return body([](V x) HEDDLE_LAMBDA { return apply(sigmoid, V::zero(), x); });
    default: return body([](V x) HEDDLE_LAMBDA { return x; });
  }
}

// The same with d(y, dy) as `apply_derivative` has it.
template <class T, class Body> inline void with_derivative(int64_t function, Vec<T> slope, Body&& body) {
  using V = Vec<T>;
  switch (function) {
    case relu: return body([](V y, V dy) HEDDLE_LAMBDA { return apply_derivative(relu, V::zero(), y, dy); });
    case leaky_relu: return body([=](V y, V dy) HEDDLE_LAMBDA { return apply_derivative(leaky_relu, slope, y, dy); });
    case tanh_: return body([](V y, V dy) HEDDLE_LAMBDA { return apply_derivative(tanh_, V::zero(), y, dy); });
    case sigmoid: return body([](V y, V dy) HEDDLE_LAMBDA { return apply_derivative(sigmoid, V::zero(), y, dy); });
    default: return body([](V, V dy) HEDDLE_LAMBDA { return dy; });
  }
}

// ln x of a positive finite double, to 2 ulp: x = m 2^e with m in [sqrt(1/2), sqrt 2), ln m = 2 atanh((m-1)/(m+1)).
// NaN stays NaN: it tells that a loss is not finite.
inline double log(double x) {
  if (x != x) return x;
  int64_t bits;
  memcpy(&bits, &x, sizeof bits);
  int64_t exponent = (bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffff) | 0x3ff0000000000000;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) { m *= 0.5; exponent++; }
  const double s = (m - 1) / (m + 1), square = s * s;
  double sum = 0;
  for (int k = 23; k >= 3; k -= 2) sum = sum * square + 1.0 / k;
  const double n = double(exponent);
  return n * Constants<double>::ln2_high + (2 * s + (2 * s * square * sum + n * Constants<double>::ln2_low));
}

// activation: y[r] = f(x[r]) on whole vectors of each row of this rank's shard.
template <class T> struct ActivationArguments { const T* x; int64_t ldx; T* y; int64_t ldy, n, function; double slope; };
template <class T> void activation(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<ActivationArguments<T>>(words);
  with_function(a.function, V::set1(T(a.slope)), [&](auto&& f) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t i = 0; i < a.n; i += V::lanes) f(V::load(a.x + r * a.ldx + i)).store(a.y + r * a.ldy + i);
  });
}

// activationBackward: dx[r] = dy[r] * f'(x[r]), f' from y[r] = f(x[r]).
template <class T> struct ActivationBackwardArguments { const T *dy; int64_t lddy; const T* y; int64_t ldy; T* dx; int64_t lddx, n, function; double slope; };
template <class T> void activation_backward(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<ActivationBackwardArguments<T>>(words);
  with_derivative(a.function, V::set1(T(a.slope)), [&](auto&& derive) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t i = 0; i < a.n; i += V::lanes)
        derive(V::load(a.y + r * a.ldy + i), V::load(a.dy + r * a.lddy + i)).store(a.dx + r * a.lddx + i);
  });
}

// add: y[r] = f(a[r] + b[r]) on whole vectors: where a shortcut meets its branch.
template <class T> struct AddArguments { const T* a; int64_t lda; const T* b; int64_t ldb; T* y; int64_t ldy, n, function; double slope; };
template <class T> void add(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<AddArguments<T>>(words);
  with_function(a.function, V::set1(T(a.slope)), [&](auto&& f) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t i = 0; i < a.n; i += V::lanes) f(V::load(a.a + r * a.lda + i) + V::load(a.b + r * a.ldb + i)).store(a.y + r * a.ldy + i);
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
