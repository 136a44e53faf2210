// One NEON (AArch64) register of float or double. Included by isa/neon.cc alone.
#pragma once
#include <arm_neon.h>
#include <stdint.h>

namespace heddle::HEDDLE_ISA_NAMESPACE {

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
  static inline Reg load_partial(const float* p, int n) {
    float lanes[4] = {0};
    for (int i = 0; i < n; i++) lanes[i] = p[i];
    return load(lanes);
  }
  inline void store_partial(float* p, int n) const {
    float lanes[4];
    store(lanes);
    for (int i = 0; i < n; i++) p[i] = lanes[i];
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
  friend inline Reg power_of_two(Reg n) {
    const int32x4_t biased = vaddq_s32(vcvtnq_s32_f32(n.v), vdupq_n_s32(127));
    return {vreinterpretq_f32_s32(vshlq_n_s32(biased, 23))};
  }
};

template <> struct Reg<double> {
  static constexpr int width = 2;
  float64x2_t v;
  static inline Reg load(const double* p) { return {vld1q_f64(p)}; }
  static inline Reg set1(double x) { return {vdupq_n_f64(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    const double lanes[2] = {double(p[0]), double(p[1])};
    return {vld1q_f64(lanes)};
  }
  inline void store(double* p) const { vst1q_f64(p, v); }
  static inline Reg load_partial(const double* p, int n) {
    double lanes[2] = {0};
    for (int i = 0; i < n; i++) lanes[i] = p[i];
    return load(lanes);
  }
  inline void store_partial(double* p, int n) const {
    double lanes[2];
    store(lanes);
    for (int i = 0; i < n; i++) p[i] = lanes[i];
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
  friend inline Reg power_of_two(Reg n) {
    const int64x2_t biased = vaddq_s64(vcvtnq_s64_f64(n.v), vdupq_n_s64(1023));
    return {vreinterpretq_f64_s64(vshlq_n_s64(biased, 52))};
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
