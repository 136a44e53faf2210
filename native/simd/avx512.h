// One AVX-512 register of float or double. Included by isa/avx512.cc alone.
#pragma once
#include <immintrin.h>
#include <stdint.h>

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct Reg;

template <> struct Reg<float> {
  static constexpr int width = 16;
  __m512 v;
  static inline Reg load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static inline Reg set1(float x) { return {_mm512_set1_ps(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    return {_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i*)p)))};
  }
  inline void store(float* p) const { _mm512_storeu_ps(p, v); }
  friend inline Reg operator+(Reg a, Reg b) { return {_mm512_add_ps(a.v, b.v)}; }
  friend inline Reg operator-(Reg a, Reg b) { return {_mm512_sub_ps(a.v, b.v)}; }
  friend inline Reg operator*(Reg a, Reg b) { return {_mm512_mul_ps(a.v, b.v)}; }
  friend inline Reg operator/(Reg a, Reg b) { return {_mm512_div_ps(a.v, b.v)}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
  friend inline Reg sqrt(Reg a) { return {_mm512_sqrt_ps(a.v)}; }
  friend inline Reg max(Reg a, Reg b) { return {_mm512_max_ps(a.v, b.v)}; }
  friend inline Reg round(Reg a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) {
    return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ), y.v, x.v)};
  }
  friend inline Reg power_of_two(Reg n) {
    const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(biased, 23))};
  }
};

template <> struct Reg<double> {
  static constexpr int width = 8;
  __m512d v;
  static inline Reg load(const double* p) { return {_mm512_loadu_pd(p)}; }
  static inline Reg set1(double x) { return {_mm512_set1_pd(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    return {_mm512_cvtepi64_pd(_mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i*)p)))};
  }
  inline void store(double* p) const { _mm512_storeu_pd(p, v); }
  friend inline Reg operator+(Reg a, Reg b) { return {_mm512_add_pd(a.v, b.v)}; }
  friend inline Reg operator-(Reg a, Reg b) { return {_mm512_sub_pd(a.v, b.v)}; }
  friend inline Reg operator*(Reg a, Reg b) { return {_mm512_mul_pd(a.v, b.v)}; }
  friend inline Reg operator/(Reg a, Reg b) { return {_mm512_div_pd(a.v, b.v)}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
  friend inline Reg sqrt(Reg a) { return {_mm512_sqrt_pd(a.v)}; }
  friend inline Reg max(Reg a, Reg b) { return {_mm512_max_pd(a.v, b.v)}; }
  friend inline Reg round(Reg a) { return {_mm512_roundscale_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) {
    return {_mm512_mask_blend_pd(_mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ), y.v, x.v)};
  }
  friend inline Reg power_of_two(Reg n) {
    const __m512i biased = _mm512_add_epi64(_mm512_cvtpd_epi64(n.v), _mm512_set1_epi64(1023));
    return {_mm512_castsi512_pd(_mm512_slli_epi64(biased, 52))};
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
