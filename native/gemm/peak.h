// The yardstick of the benches: multiply-adds in registers alone.
#pragma once
#include <stdint.h>

#include "isa/isa.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// `passes` of multiply-adds in as many independent chains as hide their latency; returns how many multiply-adds that
// were.
template <class T> double fma_peak(int64_t passes) {
  constexpr int chains = tile_rows * tile_vectors;
  Vec<T> sum[chains];
  for (int i = 0; i < chains; i++) sum[i] = Vec<T>::set1(T(i));
  const Vec<T> a = Vec<T>::set1(T(0.999)), b = Vec<T>::set1(T(0.001));
  for (int64_t p = 0; p < passes; p++) {
    HEDDLE_UNROLL
    for (int i = 0; i < chains; i++) sum[i] = fma(sum[i], a, b);
  }
  volatile T kept = 0;  // so that nothing is optimized away
  for (int i = 0; i < chains; i++) kept = kept + fold_sum(sum[i]);
  return double(passes) * chains * Vec<T>::lanes;
}

template double fma_peak<float>(int64_t);
template double fma_peak<double>(int64_t);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
