// Vectors of which only some lanes are there: the last ones of a row.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> constexpr T infinity = T(__builtin_inff());

template <class T> constexpr int64_t round_to_lanes(int64_t n) {
  return (n + Vec<T>::lanes - 1) / Vec<T>::lanes * Vec<T>::lanes;
}

// n of the lanes from p on (the others are 0, or left alone), or all of them.
template <class T> HEDDLE_INLINE Vec<T> load_lanes(const T* p, int64_t n) {
  if (n >= Vec<T>::lanes) return Vec<T>::load(p);
  return Vec<T>::load_partial(p, int(n));
}
template <class T> HEDDLE_INLINE void store_lanes(Vec<T> v, T* p, int64_t n) {
  if (n >= Vec<T>::lanes)
    v.store(p);
  else
    v.store_partial(p, int(n));
}

// The same of bytes: integers in [0, 255].
template <class T> HEDDLE_INLINE Vec<T> load_byte_lanes(const uint8_t* p, int64_t n) {
  uint8_t bytes[Vec<T>::lanes];
  if (n < Vec<T>::lanes) {
    for (int64_t i = 0; i < Vec<T>::lanes; i++) bytes[i] = i < n ? p[i] : 0;
    p = bytes;
  }
  return Vec<T>::from_bytes(p);
}
template <class T> HEDDLE_INLINE void store_byte_lanes(Vec<T> v, uint8_t* p, int64_t n) {
  if (n >= Vec<T>::lanes)
    v.store_bytes(p);
  else
    v.store_bytes_partial(p, int(n));
}

// The same of doubles, from numbers of type T and to them.
using Wide = Vec<double>;
constexpr int wide_lanes = Wide::lanes;

template <class T> __attribute__((noinline)) void copy_lanes(const T* p, int64_t n, T* lane) {
  for (int64_t i = 0; i < wide_lanes; i++) lane[i] = i < n ? p[i] : T(0);
}
template <class T> HEDDLE_INLINE Wide load_wide(const T* p, int64_t n) {
  if (n >= wide_lanes) return Wide::load(p);
  T lane[wide_lanes];
  copy_lanes(p, n, lane);
  return Wide::load(lane);
}
template <class T> HEDDLE_INLINE void store_wide(Wide v, T* p, int64_t n) {
  if (n >= wide_lanes) return v.store(p);
  T lane[wide_lanes];
  v.store(lane);
  for (int64_t i = 0; i < n; i++) p[i] = lane[i];
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
