// AVX-512: a register is a whole vector. 24 of the 32 are the tile, 3 a row of B; the numbers of A are broadcast from
// memory.
#pragma once
#include <immintrin.h>
#include <stdint.h>

#define HEDDLE_UNROLL _Pragma("GCC unroll 32")

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int tile_rows = 8, tile_vectors = 3;
constexpr bool wide_tile = true, broadcast_from_memory = true;

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
  inline void store_bytes(uint8_t* p) const {
    _mm_storeu_si128((__m128i*)p, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(v)));
  }
  static inline Reg load_partial(const float* p, int n) { return {_mm512_maskz_loadu_ps(__mmask16((1u << n) - 1), p)}; }
  inline void store_partial(float* p, int n) const { _mm512_mask_storeu_ps(p, __mmask16((1u << n) - 1), v); }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    _mm512_mask_cvtepi32_storeu_epi8(p, __mmask16((1u << n) - 1), _mm512_cvtps_epi32(v));
  }
  template <int distance> static inline void exchange(Reg& a, Reg& b) {
    const __m512 x = a.v, y = b.v;
    if constexpr (distance == 8) {
      a.v = _mm512_shuffle_f32x4(x, y, 0x44);
      b.v = _mm512_shuffle_f32x4(x, y, 0xee);
    } else if constexpr (distance == 4) {
      a.v = _mm512_permutex2var_ps(x, _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27), y);
      b.v = _mm512_permutex2var_ps(x, _mm512_setr_epi32(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31), y);
    } else if constexpr (distance == 2) {
      a.v = _mm512_shuffle_ps(x, y, 0x44);
      b.v = _mm512_shuffle_ps(x, y, 0xee);
    } else {
      a.v = _mm512_mask_moveldup_ps(x, 0xaaaa, y);
      b.v = _mm512_mask_movehdup_ps(y, 0x5555, x);
    }
  }
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
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) {
    const __mmask16 wins = _mm512_cmp_ps_mask(a.v, b.v, _CMP_GT_OQ) | _mm512_cmp_ps_mask(a.v, a.v, _CMP_UNORD_Q);
    return {_mm512_mask_blend_ps(wins, y.v, x.v)};
  }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) {
    return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ), y.v, x.v)};
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
  static inline Reg load(const float* p) { return {_mm512_cvtps_pd(_mm256_loadu_ps(p))}; }
  static inline Reg set1(double x) { return {_mm512_set1_pd(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    return {_mm512_cvtepi64_pd(_mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i*)p)))};
  }
  inline void store(double* p) const { _mm512_storeu_pd(p, v); }
  inline void store(float* p) const { _mm256_storeu_ps(p, _mm512_cvtpd_ps(v)); }
  inline void store_bytes(uint8_t* p) const {
    _mm_storel_epi64((__m128i*)p, _mm512_cvtepi64_epi8(_mm512_cvtpd_epi64(v)));
  }
  static inline Reg load_partial(const double* p, int n) { return {_mm512_maskz_loadu_pd(__mmask8((1u << n) - 1), p)}; }
  inline void store_partial(double* p, int n) const { _mm512_mask_storeu_pd(p, __mmask8((1u << n) - 1), v); }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    _mm512_mask_cvtepi64_storeu_epi8(p, __mmask8((1u << n) - 1), _mm512_cvtpd_epi64(v));
  }
  template <int distance> static inline void exchange(Reg& a, Reg& b) {
    const __m512d x = a.v, y = b.v;
    if constexpr (distance == 4) {
      a.v = _mm512_shuffle_f64x2(x, y, 0x44);
      b.v = _mm512_shuffle_f64x2(x, y, 0xee);
    } else if constexpr (distance == 2) {
      a.v = _mm512_permutex2var_pd(x, _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), y);
      b.v = _mm512_permutex2var_pd(x, _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15), y);
    } else {
      a.v = _mm512_unpacklo_pd(x, y);
      b.v = _mm512_unpackhi_pd(x, y);
    }
  }
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
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) {
    const __mmask8 wins = _mm512_cmp_pd_mask(a.v, b.v, _CMP_GT_OQ) | _mm512_cmp_pd_mask(a.v, a.v, _CMP_UNORD_Q);
    return {_mm512_mask_blend_pd(wins, y.v, x.v)};
  }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) {
    return {_mm512_mask_blend_pd(_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ), y.v, x.v)};
  }
  friend inline Reg power_of_two(Reg n) {
    const __m512i biased = _mm512_add_epi64(_mm512_cvtpd_epi64(n.v), _mm512_set1_epi64(1023));
    return {_mm512_castsi512_pd(_mm512_slli_epi64(biased, 52))};
  }
};

// The bits of a register of doubles.
struct BitsReg {
  static constexpr int width = 8;
  __m512i v;
  static inline BitsReg load(const uint64_t* p) { return {_mm512_loadu_si512(p)}; }
  static inline BitsReg set1(uint64_t x) { return {_mm512_set1_epi64(int64_t(x))}; }
  static inline BitsReg of(Reg<double> a) { return {_mm512_castpd_si512(a.v)}; }
  inline Reg<double> as_double() const { return {_mm512_castsi512_pd(v)}; }
  friend inline BitsReg operator+(BitsReg a, BitsReg b) { return {_mm512_add_epi64(a.v, b.v)}; }
  friend inline BitsReg operator^(BitsReg a, BitsReg b) { return {_mm512_xor_si512(a.v, b.v)}; }
  friend inline BitsReg operator&(BitsReg a, BitsReg b) { return {_mm512_and_si512(a.v, b.v)}; }
  friend inline BitsReg operator|(BitsReg a, BitsReg b) { return {_mm512_or_si512(a.v, b.v)}; }
  friend inline BitsReg multiply_words(BitsReg a, BitsReg b) { return {_mm512_mul_epu32(a.v, b.v)}; }
  template <int n> inline BitsReg left() const { return {_mm512_slli_epi64(v, n)}; }
  template <int n> inline BitsReg right() const { return {_mm512_srli_epi64(v, n)}; }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
