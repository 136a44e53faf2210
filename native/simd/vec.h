// The one vector type that kernels are written in: 64 bytes, so 16 floats or 8 doubles, on every instruction set.
// It is as many registers as that takes. Since the lanes are the same everywhere, sums over them are too.
#pragma once
#include <stdint.h>

#include "isa/isa.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct Vec {
  static constexpr int lanes = 64 / sizeof(T);
  static constexpr int count = lanes / Reg<T>::width;
  Reg<T> r[count];

#define HEDDLE_EACH(expression)                          \
  Vec out;                                               \
  HEDDLE_UNROLL                                          \
  for (int i = 0; i < count; i++) out.r[i] = expression; \
  return out;

  // E is T, or float for a vector of doubles: the same `lanes` numbers, widened here and rounded by `store`.
  template <class E> static HEDDLE_INLINE Vec load(const E* p) { HEDDLE_EACH(Reg<T>::load(p + i * Reg<T>::width)) }
  static HEDDLE_INLINE Vec set1(T x) { HEDDLE_EACH(Reg<T>::set1(x)) }
  static HEDDLE_INLINE Vec zero() { HEDDLE_EACH(Reg<T>::set1(T(0))) }
  static HEDDLE_INLINE Vec from_bytes(const uint8_t* p) { HEDDLE_EACH(Reg<T>::from_bytes(p + i * Reg<T>::width)) }
  template <class E> HEDDLE_INLINE void store(E* p) const {
    HEDDLE_UNROLL
    for (int i = 0; i < count; i++) r[i].store(p + i * Reg<T>::width);
  }
  // Lanes that are integers in [0, 255], as bytes.
  HEDDLE_INLINE void store_bytes(uint8_t* p) const {
    HEDDLE_UNROLL
    for (int i = 0; i < count; i++) r[i].store_bytes(p + i * Reg<T>::width);
  }
  // The first n lanes of p; the others 0 (load) or left alone (store). Nothing beyond them is touched.
  static HEDDLE_INLINE Vec load_partial(const T* p, int n){
      HEDDLE_EACH(Reg<T>::load_partial(p + i * Reg<T>::width, in_register(n, i)))} HEDDLE_INLINE
      void store_partial(T* p, int n) const {
    HEDDLE_UNROLL
    for (int i = 0; i < count; i++) r[i].store_partial(p + i * Reg<T>::width, in_register(n, i));
  }
  HEDDLE_INLINE void store_bytes_partial(uint8_t* p, int n) const {
    HEDDLE_UNROLL
    for (int i = 0; i < count; i++) r[i].store_bytes_partial(p + i * Reg<T>::width, in_register(n, i));
  }
  static HEDDLE_INLINE int in_register(int n, int i) {
    const int left = n - i * Reg<T>::width;
    return left < 0 ? 0 : left > Reg<T>::width ? Reg<T>::width : left;
  }
  friend HEDDLE_INLINE Vec operator+(Vec a, Vec b) { HEDDLE_EACH(a.r[i] + b.r[i]) }
  friend HEDDLE_INLINE Vec operator-(Vec a, Vec b) { HEDDLE_EACH(a.r[i] - b.r[i]) }
  friend HEDDLE_INLINE Vec operator*(Vec a, Vec b) { HEDDLE_EACH(a.r[i] * b.r[i]) }
  friend HEDDLE_INLINE Vec operator/(Vec a, Vec b) { HEDDLE_EACH(a.r[i] / b.r[i]) }
  // a * b + c in one rounding (two on the generic kernels).
  friend HEDDLE_INLINE Vec fma(Vec a, Vec b, Vec c) { HEDDLE_EACH(fma(a.r[i], b.r[i], c.r[i])) }
  friend HEDDLE_INLINE Vec sqrt(Vec a) { HEDDLE_EACH(sqrt(a.r[i])) }
  // The larger; where the two do not compare (NaN), b.
  friend HEDDLE_INLINE Vec max(Vec a, Vec b) { HEDDLE_EACH(max(a.r[i], b.r[i])) }
  // To the nearest integer, ties to even.
  friend HEDDLE_INLINE Vec round(Vec a) { HEDDLE_EACH(round(a.r[i])) }
  // a > b ? x : y; NaN compares as not greater.
  friend HEDDLE_INLINE Vec select_greater(Vec a, Vec b, Vec x, Vec y) {
    HEDDLE_EACH(select_greater(a.r[i], b.r[i], x.r[i], y.r[i]))
  }
  // a > b, or a is NaN ? x : y.
  friend HEDDLE_INLINE Vec select_greater_or_nan(Vec a, Vec b, Vec x, Vec y) {
    HEDDLE_EACH(select_greater_or_nan(a.r[i], b.r[i], x.r[i], y.r[i]))
  }
  // a == b ? x : y.
  friend HEDDLE_INLINE Vec select_equal(Vec a, Vec b, Vec x, Vec y) {
    HEDDLE_EACH(select_equal(a.r[i], b.r[i], x.r[i], y.r[i]))
  }
  // 2^n for integral n inside the exponent range of normal numbers.
  friend HEDDLE_INLINE Vec power_of_two(Vec n) { HEDDLE_EACH(power_of_two(n.r[i])) }
#undef HEDDLE_EACH
};

// The 64-bit lanes of a vector of doubles as integers.
struct Bits {
  static constexpr int lanes = 8;
  static constexpr int count = lanes / BitsReg::width;
  BitsReg r[count];

#define HEDDLE_EACH(expression)                          \
  Bits out;                                              \
  HEDDLE_UNROLL                                          \
  for (int i = 0; i < count; i++) out.r[i] = expression; \
  return out;

  static HEDDLE_INLINE Bits load(const uint64_t* p) { HEDDLE_EACH(BitsReg::load(p + i * BitsReg::width)) }
  static HEDDLE_INLINE Bits set1(uint64_t x) { HEDDLE_EACH(BitsReg::set1(x)) }
  static HEDDLE_INLINE Bits of(Vec<double> a){
      HEDDLE_EACH(BitsReg::of(a.r[i]))} HEDDLE_INLINE Vec<double> as_double() const {
    Vec<double> out;
    HEDDLE_UNROLL
    for (int i = 0; i < count; i++) out.r[i] = r[i].as_double();
    return out;
  }
  friend HEDDLE_INLINE Bits operator+(Bits a, Bits b) { HEDDLE_EACH(a.r[i] + b.r[i]) }
  friend HEDDLE_INLINE Bits operator^(Bits a, Bits b) { HEDDLE_EACH(a.r[i] ^ b.r[i]) }
  friend HEDDLE_INLINE Bits operator&(Bits a, Bits b) { HEDDLE_EACH(a.r[i] & b.r[i]) }
  friend HEDDLE_INLINE Bits operator|(Bits a, Bits b) { HEDDLE_EACH(a.r[i] | b.r[i]) }
  // The whole product of the low 32 bits of each lane.
  friend HEDDLE_INLINE Bits multiply_words(Bits a, Bits b) { HEDDLE_EACH(multiply_words(a.r[i], b.r[i])) }
  template <int n> HEDDLE_INLINE Bits left() const { HEDDLE_EACH(r[i].template left<n>()) }
  template <int n> HEDDLE_INLINE Bits right() const { HEDDLE_EACH(r[i].template right<n>()) }
#undef HEDDLE_EACH
};

// The low 32 bits of each lane as a number: set as the mantissa of 2^52 + word, then 2^52 is taken off.
HEDDLE_INLINE Vec<double> number_of_word(Bits a) {
  const Bits exponent = Bits::set1(0x4330000000000000);
  return ((a & Bits::set1(0xffffffff)) | exponent).as_double() - exponent.as_double();
}

// The sum of the lanes, folded in halves: lane i with lane i + lanes/2, and so on. The halves are constants: else the
// loops stay loops, over a few lanes in memory.
template <int half, class T, class Fold> HEDDLE_INLINE T fold_from(T* lane, Fold fold) {
  HEDDLE_UNROLL
  for (int i = 0; i < half; i++) lane[i] = fold(lane[i], lane[i + half]);
  if constexpr (half > 1) return fold_from<half / 2>(lane, fold);
  return lane[0];
}
template <class T, class Fold> HEDDLE_INLINE T fold_lanes(Vec<T> v, Fold fold) {
  T lane[Vec<T>::lanes];
  v.store(lane);
  return fold_from<Vec<T>::lanes / 2>(lane, fold);
}
template <class T> HEDDLE_INLINE T fold_sum(Vec<T> v) {
  return fold_lanes(v, [](T a, T b) { return a + b; });
}
// The largest lane; of lanes with a NaN, any of them.
template <class T> HEDDLE_INLINE T fold_max(Vec<T> v) {
  return fold_lanes(v, [](T a, T b) { return a > b ? a : b; });
}

// Swaps the lanes of a whose number has the bit `distance` with the lanes of b whose number lacks it.
template <int distance, class T> inline void exchange(Vec<T>& a, Vec<T>& b) {
  constexpr int width = Reg<T>::width;
  HEDDLE_UNROLL
  for (int i = 0; i < Vec<T>::count; i++) {
    if constexpr (distance >= width) {
      if (!(i & (distance / width))) {
        const Reg<T> other = a.r[i | (distance / width)];
        a.r[i | (distance / width)] = b.r[i];
        b.r[i] = other;
      }
    } else {
      Reg<T>::template exchange<distance>(a.r[i], b.r[i]);
    }
  }
}

// Transposes a square of lanes x lanes numbers in registers: exchanges at distance lanes/2, lanes/4, … 1 (Eklundh
// 1972).
template <int distance, class T> inline void transpose_from(Vec<T>* rows) {
  HEDDLE_UNROLL
  for (int i = 0; i < Vec<T>::lanes; i++)
    if (!(i & distance)) exchange<distance>(rows[i], rows[i | distance]);
  if constexpr (distance > 1) transpose_from<distance / 2>(rows);
}
template <class T> inline void transpose(Vec<T>* rows) { transpose_from<Vec<T>::lanes / 2>(rows); }

// 0, 1, 2, … as numbers.
template <class T> inline Vec<T> iota() {
  T lane[Vec<T>::lanes];
  for (int i = 0; i < Vec<T>::lanes; i++) lane[i] = T(i);
  return Vec<T>::load(lane);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
