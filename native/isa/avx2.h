// AVX2 with FMA: a vector is two registers. 12 of the 16 are the tile, 2 a row of B, 1 a number of A.
#pragma once
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define HEDDLE_UNROLL _Pragma("GCC unroll 32")
#define HEDDLE_CALLS_THROUGH_MEMORY

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int tile_rows = 6, tile_vectors = 1;
constexpr bool wide_tile = false, broadcast_from_memory = false;

template <class T> struct Reg;

template <> struct Reg<float> {
  static constexpr int width = 8;
  __m256 v;
  static inline Reg load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static inline Reg set1(float x) { return {_mm256_set1_ps(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    return {_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i*)p)))};
  }
  inline void store(float* p) const { _mm256_storeu_ps(p, v); }
  inline void store_bytes(uint8_t* p) const {
    const __m256i words = _mm256_cvtps_epi32(v);
    const __m128i halves = _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storel_epi64((__m128i*)p, _mm_packus_epi16(halves, halves));
  }
  static inline __m256i first(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static inline Reg load_partial(const float* p, int n) { return {_mm256_maskload_ps(p, first(n))}; }
  // In halves: a masked store takes AMD's cores longer than the whole of a small tile.
  inline void store_partial(float* p, int n) const {
    if (n >= width) return store(p);
    __m128 left = _mm256_castps256_ps128(v);
    if (n & 4) {
      _mm_storeu_ps(p, left);
      left = _mm256_extractf128_ps(v, 1);
      p += 4;
    }
    if (n & 2) {
      _mm_storel_pi((__m64*)p, left);
      left = _mm_movehl_ps(left, left);
      p += 2;
    }
    if (n & 1) _mm_store_ss(p, left);
  }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    if (n >= width) return store_bytes(p);
    uint8_t bytes[width];
    store_bytes(bytes);
    for (int i = 0; i < n; i++) p[i] = bytes[i];
  }
  template <int distance> static inline void exchange(Reg& a, Reg& b) {
    const __m256 x = a.v, y = b.v;
    if constexpr (distance == 4) {
      a.v = _mm256_permute2f128_ps(x, y, 0x20);
      b.v = _mm256_permute2f128_ps(x, y, 0x31);
    } else if constexpr (distance == 2) {
      a.v = _mm256_shuffle_ps(x, y, 0x44);
      b.v = _mm256_shuffle_ps(x, y, 0xee);
    } else {
      a.v = _mm256_blend_ps(x, _mm256_moveldup_ps(y), 0xaa);
      b.v = _mm256_blend_ps(_mm256_movehdup_ps(x), y, 0xaa);
    }
  }
  friend inline Reg operator+(Reg a, Reg b) { return {_mm256_add_ps(a.v, b.v)}; }
  friend inline Reg operator-(Reg a, Reg b) { return {_mm256_sub_ps(a.v, b.v)}; }
  friend inline Reg operator*(Reg a, Reg b) { return {_mm256_mul_ps(a.v, b.v)}; }
  friend inline Reg operator/(Reg a, Reg b) { return {_mm256_div_ps(a.v, b.v)}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
  friend inline Reg sqrt(Reg a) { return {_mm256_sqrt_ps(a.v)}; }
  friend inline Reg max(Reg a, Reg b) { return {_mm256_max_ps(a.v, b.v)}; }
  friend inline Reg round(Reg a) { return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) {
    return {_mm256_blendv_ps(y.v, x.v, _mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ))};
  }
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) {
    return {_mm256_blendv_ps(y.v, x.v,
                             _mm256_or_ps(_mm256_cmp_ps(a.v, b.v, _CMP_GT_OQ), _mm256_cmp_ps(a.v, a.v, _CMP_UNORD_Q)))};
  }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) {
    return {_mm256_blendv_ps(y.v, x.v, _mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ))};
  }
  friend inline Reg power_of_two(Reg n) {
    const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(biased, 23))};
  }
};

template <> struct Reg<double> {
  static constexpr int width = 4;
  __m256d v;
  static inline Reg load(const double* p) { return {_mm256_loadu_pd(p)}; }
  static inline Reg load(const float* p) { return {_mm256_cvtps_pd(_mm_loadu_ps(p))}; }
  static inline Reg set1(double x) { return {_mm256_set1_pd(x)}; }
  static inline Reg from_bytes(const uint8_t* p) {
    int four;
    memcpy(&four, p, 4);
    return {_mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)))};
  }
  inline void store(double* p) const { _mm256_storeu_pd(p, v); }
  inline void store(float* p) const { _mm_storeu_ps(p, _mm256_cvtpd_ps(v)); }
  inline void store_bytes(uint8_t* p) const {
    const __m128i words = _mm256_cvtpd_epi32(v), halves = _mm_packus_epi32(words, words);
    const int four = _mm_cvtsi128_si32(_mm_packus_epi16(halves, halves));
    memcpy(p, &four, 4);
  }
  static inline __m256i first(int n) {
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(n), _mm256_setr_epi64x(0, 1, 2, 3));
  }
  static inline Reg load_partial(const double* p, int n) { return {_mm256_maskload_pd(p, first(n))}; }
  inline void store_partial(double* p, int n) const {
    if (n >= width) return store(p);
    __m128d left = _mm256_castpd256_pd128(v);
    if (n & 2) {
      _mm_storeu_pd(p, left);
      left = _mm256_extractf128_pd(v, 1);
      p += 2;
    }
    if (n & 1) _mm_store_sd(p, left);
  }
  inline void store_bytes_partial(uint8_t* p, int n) const {
    if (n >= width) return store_bytes(p);
    uint8_t bytes[width];
    store_bytes(bytes);
    for (int i = 0; i < n; i++) p[i] = bytes[i];
  }
  template <int distance> static inline void exchange(Reg& a, Reg& b) {
    const __m256d x = a.v, y = b.v;
    if constexpr (distance == 2) {
      a.v = _mm256_permute2f128_pd(x, y, 0x20);
      b.v = _mm256_permute2f128_pd(x, y, 0x31);
    } else {
      a.v = _mm256_unpacklo_pd(x, y);
      b.v = _mm256_unpackhi_pd(x, y);
    }
  }
  friend inline Reg operator+(Reg a, Reg b) { return {_mm256_add_pd(a.v, b.v)}; }
  friend inline Reg operator-(Reg a, Reg b) { return {_mm256_sub_pd(a.v, b.v)}; }
  friend inline Reg operator*(Reg a, Reg b) { return {_mm256_mul_pd(a.v, b.v)}; }
  friend inline Reg operator/(Reg a, Reg b) { return {_mm256_div_pd(a.v, b.v)}; }
  friend inline Reg fma(Reg a, Reg b, Reg c) { return {_mm256_fmadd_pd(a.v, b.v, c.v)}; }
  friend inline Reg sqrt(Reg a) { return {_mm256_sqrt_pd(a.v)}; }
  friend inline Reg max(Reg a, Reg b) { return {_mm256_max_pd(a.v, b.v)}; }
  friend inline Reg round(Reg a) { return {_mm256_round_pd(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
  friend inline Reg select_greater(Reg a, Reg b, Reg x, Reg y) {
    return {_mm256_blendv_pd(y.v, x.v, _mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ))};
  }
  friend inline Reg select_greater_or_nan(Reg a, Reg b, Reg x, Reg y) {
    return {_mm256_blendv_pd(y.v, x.v,
                             _mm256_or_pd(_mm256_cmp_pd(a.v, b.v, _CMP_GT_OQ), _mm256_cmp_pd(a.v, a.v, _CMP_UNORD_Q)))};
  }
  friend inline Reg select_equal(Reg a, Reg b, Reg x, Reg y) {
    return {_mm256_blendv_pd(y.v, x.v, _mm256_cmp_pd(a.v, b.v, _CMP_EQ_OQ))};
  }
  friend inline Reg power_of_two(Reg n) {
    const __m256i biased = _mm256_add_epi64(_mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(n.v)), _mm256_set1_epi64x(1023));
    return {_mm256_castsi256_pd(_mm256_slli_epi64(biased, 52))};
  }
};

// The bits of a register of doubles.
struct BitsReg {
  static constexpr int width = 4;
  __m256i v;
  static inline BitsReg load(const uint64_t* p) { return {_mm256_loadu_si256((const __m256i*)p)}; }
  static inline BitsReg set1(uint64_t x) { return {_mm256_set1_epi64x(int64_t(x))}; }
  static inline BitsReg of(Reg<double> a) { return {_mm256_castpd_si256(a.v)}; }
  inline Reg<double> as_double() const { return {_mm256_castsi256_pd(v)}; }
  friend inline BitsReg operator+(BitsReg a, BitsReg b) { return {_mm256_add_epi64(a.v, b.v)}; }
  friend inline BitsReg operator^(BitsReg a, BitsReg b) { return {_mm256_xor_si256(a.v, b.v)}; }
  friend inline BitsReg operator&(BitsReg a, BitsReg b) { return {_mm256_and_si256(a.v, b.v)}; }
  friend inline BitsReg operator|(BitsReg a, BitsReg b) { return {_mm256_or_si256(a.v, b.v)}; }
  friend inline BitsReg multiply_words(BitsReg a, BitsReg b) { return {_mm256_mul_epu32(a.v, b.v)}; }
  template <int n> inline BitsReg left() const { return {_mm256_slli_epi64(v, n)}; }
  template <int n> inline BitsReg right() const { return {_mm256_srli_epi64(v, n)}; }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
