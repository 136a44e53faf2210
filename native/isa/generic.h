// Plain C++ for machines without kernels of their own, and the oracle of the others: a "register" is one number, a
// fused multiply-add is a multiply and an add.
#pragma once
#include <stdint.h>
#include <string.h>

#define HEDDLE_UNROLL

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int tile_rows = 4, tile_vectors = 1;
constexpr bool wide_tile = false, broadcast_from_memory = false;

inline float power_of_two_bits(float n) {
  const uint32_t bits = uint32_t(int32_t(n) + 127) << 23;
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
}
inline double power_of_two_bits(double n) {
  const uint64_t bits = uint64_t(int64_t(n) + 1023) << 52;
  double result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

// The format that a register also loads from and stores to: float, of a register of doubles.
template <class T> struct NarrowerOf {
  struct Type;
};
template <> struct NarrowerOf<double> {
  using Type = float;
};
template <class T> using Narrower = typename NarrowerOf<T>::Type;

template <class T> struct Reg {
  static constexpr int width = 1;
  T v;
  static inline Reg load(const T* p) { return {*p}; }
  static inline Reg set1(T x) { return {x}; }
  static inline Reg from_bytes(const uint8_t* p) { return {T(*p)}; }
  static inline Reg load(const Narrower<T>* p) { return {T(*p)}; }
  inline void store(T* p) const { *p = v; }
  inline void store(Narrower<T>* p) const { *p = Narrower<T>(v); }
  inline void store_bytes(uint8_t* p) const { *p = uint8_t(v); }
  static inline Reg load_partial(const T* p, int n) { return {n > 0 ? *p : T(0)}; }
  inline void store_partial(T* p, int n) const {
    if (n > 0) *p = v;
  }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    if (n > 0) store_bytes(p);
  }
  template <int distance> static inline void exchange(Reg&, Reg&) {}
  friend inline Reg operator+(Reg a, Reg b) { return {a.v + b.v}; }
  friend inline Reg operator-(Reg a, Reg b) { return {a.v - b.v}; }
  friend inline Reg operator*(Reg a, Reg b) { return {a.v * b.v}; }
  friend inline Reg operator/(Reg a, Reg b) { return {a.v / b.v}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {a.v * b.v + c.v}; }
  friend inline Reg sqrt(Reg a) { return {sizeof(T) == 4 ? T(__builtin_sqrtf(a.v)) : T(__builtin_sqrt(a.v))}; }
  friend inline Reg max(Reg a, Reg b) { return {a.v > b.v ? a.v : b.v}; }
  friend inline Reg round(Reg a) {
    // Adding and taking away 1.5 * 2^(mantissa bits) rounds to nearest even; callers stay far below that size.
    volatile T shifted = a.v + (sizeof(T) == 4 ? T(12582912) : T(6755399441055744));
    return {shifted - (sizeof(T) == 4 ? T(12582912) : T(6755399441055744))};
  }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) { return {a.v > b.v ? x.v : y.v}; }
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) { return {a.v > b.v || a.v != a.v ? x.v : y.v}; }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) { return {a.v == b.v ? x.v : y.v}; }
  friend inline Reg power_of_two(Reg n) { return {power_of_two_bits(n.v)}; }
};

// The bits of a double.
struct BitsReg {
  static constexpr int width = 1;
  uint64_t v;
  static inline BitsReg load(const uint64_t* p) { return {*p}; }
  static inline BitsReg set1(uint64_t x) { return {x}; }
  static inline BitsReg of(Reg<double> a) {
    BitsReg bits;
    memcpy(&bits.v, &a.v, sizeof bits.v);
    return bits;
  }
  inline Reg<double> as_double() const {
    Reg<double> a;
    memcpy(&a.v, &v, sizeof v);
    return a;
  }
  friend inline BitsReg operator+(BitsReg a, BitsReg b) { return {a.v + b.v}; }
  friend inline BitsReg operator^(BitsReg a, BitsReg b) { return {a.v ^ b.v}; }
  friend inline BitsReg operator&(BitsReg a, BitsReg b) { return {a.v & b.v}; }
  friend inline BitsReg operator|(BitsReg a, BitsReg b) { return {a.v | b.v}; }
  friend inline BitsReg multiply_words(BitsReg a, BitsReg b) { return {uint64_t(uint32_t(a.v)) * uint32_t(b.v)}; }
  template <int n> inline BitsReg left() const { return {v << n}; }
  template <int n> inline BitsReg right() const { return {v >> n}; }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
