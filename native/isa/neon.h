// NEON (AArch64): a vector is four registers. 24 of the 32 are the tile, 4 a row of B, the rest numbers of A.
#pragma once
#include <arm_neon.h>
#include <stdint.h>

#define HEDDLE_UNROLL _Pragma("GCC unroll 32")

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int tile_rows = 6, tile_vectors = 1;
constexpr bool wide_tile = false, broadcast_from_memory = false;

template <class T> struct Reg;

template <> struct Reg<float> {
  static constexpr int width = 4;
  float32x4_t v;
  static inline Reg load(const float* p) { return {vld1q_f32(p)}; }
  static inline Reg set1(float x) { return {vdupq_n_f32(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    const uint32_t lanes[4] = {p[0], p[1], p[2], p[3]};
    return {vcvtq_f32_u32(vld1q_u32(lanes))};
  }
  inline void store(float* p) const { vst1q_f32(p, v); }
  inline void store_bytes(uint8_t* p) const {
    uint32_t words[4];
    vst1q_u32(words, vcvtq_u32_f32(v));
    for (int i = 0; i < 4; i++) p[i] = uint8_t(words[i]);
  }
  static inline Reg load_partial(const float* p, int n) {
    if (n >= width) return load(p);
    float lanes[4] = {0};
    for (int i = 0; i < n; i++) lanes[i] = p[i];
    return load(lanes);
  }
  inline void store_partial(float* p, int n) const {
    if (n >= width) return store(p);
    float lanes[4];
    store(lanes);
    for (int i = 0; i < n; i++) p[i] = lanes[i];
  }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    if (n >= width) return store_bytes(p);
    uint8_t bytes[width];
    store_bytes(bytes);
    for (int i = 0; i < n; i++) p[i] = bytes[i];
  }
  template <int distance> static inline void exchange(Reg& a, Reg& b) {
    const auto x = a.v, y = b.v;
    if constexpr (distance == 2) {
      a.v = vcombine_f32(vget_low_f32(x), vget_low_f32(y));
      b.v = vcombine_f32(vget_high_f32(x), vget_high_f32(y));
    } else {
      a.v = vtrn1q_f32(x, y);
      b.v = vtrn2q_f32(x, y);
    }
  }
  friend inline Reg operator+(Reg a, Reg b) { return {vaddq_f32(a.v, b.v)}; }
  friend inline Reg operator-(Reg a, Reg b) { return {vsubq_f32(a.v, b.v)}; }
  friend inline Reg operator*(Reg a, Reg b) { return {vmulq_f32(a.v, b.v)}; }
  friend inline Reg operator/(Reg a, Reg b) { return {vdivq_f32(a.v, b.v)}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
  friend inline Reg sqrt(Reg a) { return {vsqrtq_f32(a.v)}; }
  // x86's rule: where the two do not compare, the second.
  friend inline Reg max(Reg a, Reg b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }
  friend inline Reg round(Reg a) { return {vrndnq_f32(a.v)}; }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) { return {vbslq_f32(vcgtq_f32(a.v, b.v), x.v, y.v)}; }
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) {
    return {vbslq_f32(vornq_u32(vcgtq_f32(a.v, b.v), vceqq_f32(a.v, a.v)), x.v, y.v)};
  }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) { return {vbslq_f32(vceqq_f32(a.v, b.v), x.v, y.v)}; }
  friend inline Reg power_of_two(Reg n) {
    const int32x4_t biased = vaddq_s32(vcvtnq_s32_f32(n.v), vdupq_n_s32(127));
    return {vreinterpretq_f32_s32(vshlq_n_s32(biased, 23))};
  }
};

template <> struct Reg<double> {
  static constexpr int width = 2;
  float64x2_t v;
  static inline Reg load(const double* p) { return {vld1q_f64(p)}; }
  static inline Reg load(const float* p) { return {vcvt_f64_f32(vld1_f32(p))}; }
  static inline Reg set1(double x) { return {vdupq_n_f64(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    const double lanes[2] = {double(p[0]), double(p[1])};
    return {vld1q_f64(lanes)};
  }
  inline void store(double* p) const { vst1q_f64(p, v); }
  inline void store(float* p) const { vst1_f32(p, vcvt_f32_f64(v)); }
  inline void store_bytes(uint8_t* p) const {
    double numbers[2];
    vst1q_f64(numbers, v);
    for (int i = 0; i < 2; i++) p[i] = uint8_t(numbers[i]);
  }
  static inline Reg load_partial(const double* p, int n) {
    if (n >= width) return load(p);
    double lanes[2] = {0};
    for (int i = 0; i < n; i++) lanes[i] = p[i];
    return load(lanes);
  }
  inline void store_partial(double* p, int n) const {
    if (n >= width) return store(p);
    double lanes[2];
    store(lanes);
    for (int i = 0; i < n; i++) p[i] = lanes[i];
  }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    if (n >= width) return store_bytes(p);
    uint8_t bytes[width];
    store_bytes(bytes);
    for (int i = 0; i < n; i++) p[i] = bytes[i];
  }
  template <int distance> static inline void exchange(Reg& a, Reg& b) {
    const auto x = a.v, y = b.v;
    a.v = vtrn1q_f64(x, y);
    b.v = vtrn2q_f64(x, y);
  }
  friend inline Reg operator+(Reg a, Reg b) { return {vaddq_f64(a.v, b.v)}; }
  friend inline Reg operator-(Reg a, Reg b) { return {vsubq_f64(a.v, b.v)}; }
  friend inline Reg operator*(Reg a, Reg b) { return {vmulq_f64(a.v, b.v)}; }
  friend inline Reg operator/(Reg a, Reg b) { return {vdivq_f64(a.v, b.v)}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {vfmaq_f64(c.v, a.v, b.v)}; }
  friend inline Reg sqrt(Reg a) { return {vsqrtq_f64(a.v)}; }
  friend inline Reg max(Reg a, Reg b) { return {vbslq_f64(vcgtq_f64(a.v, b.v), a.v, b.v)}; }
  friend inline Reg round(Reg a) { return {vrndnq_f64(a.v)}; }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) { return {vbslq_f64(vcgtq_f64(a.v, b.v), x.v, y.v)}; }
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) {
    return {vbslq_f64(vornq_u64(vcgtq_f64(a.v, b.v), vceqq_f64(a.v, a.v)), x.v, y.v)};
  }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) { return {vbslq_f64(vceqq_f64(a.v, b.v), x.v, y.v)}; }
  friend inline Reg power_of_two(Reg n) {
    const int64x2_t biased = vaddq_s64(vcvtnq_s64_f64(n.v), vdupq_n_s64(1023));
    return {vreinterpretq_f64_s64(vshlq_n_s64(biased, 52))};
  }
};

// The bits of a register of doubles.
struct BitsReg {
  static constexpr int width = 2;
  uint64x2_t v;
  static inline BitsReg load(const uint64_t* p) { return {vld1q_u64(p)}; }
  static inline BitsReg set1(uint64_t x) { return {vdupq_n_u64(x)}; }
  static inline BitsReg of(Reg<double> a) { return {vreinterpretq_u64_f64(a.v)}; }
  inline Reg<double> as_double() const { return {vreinterpretq_f64_u64(v)}; }
  friend inline BitsReg operator+(BitsReg a, BitsReg b) { return {vaddq_u64(a.v, b.v)}; }
  friend inline BitsReg operator^(BitsReg a, BitsReg b) { return {veorq_u64(a.v, b.v)}; }
  friend inline BitsReg operator&(BitsReg a, BitsReg b) { return {vandq_u64(a.v, b.v)}; }
  friend inline BitsReg operator|(BitsReg a, BitsReg b) { return {vorrq_u64(a.v, b.v)}; }
  friend inline BitsReg multiply_words(BitsReg a, BitsReg b) { return {vmull_u32(vmovn_u64(a.v), vmovn_u64(b.v))}; }
  template <int n> inline BitsReg left() const { return {vshlq_n_u64(v, n)}; }
  template <int n> inline BitsReg right() const { return {vshrq_n_u64(v, n)}; }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
