// Sums over groups of samples.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t most_groups = 16;

// Which of the `units` units of work of group `group` are of the slices [first, last): slices are the units of all
// groups, numbered group by group.
struct OwnUnits {
  int64_t first, last;
  OwnUnits(int64_t first_slice, int64_t last_slice, int64_t group, int64_t units)
      : first(first_slice - group * units > 0 ? first_slice - group * units : 0),
        last(last_slice - group * units < units ? last_slice - group * units : units) {}
};

// out = ((0 + 1) + (2 + 3)) + …: `length` whole vectors of numbers from each of `groups` (a power of two) gradients,
// `stride` apart.
template <class T> inline void add_groups(const T* g, int64_t stride, int64_t groups, T* out, int64_t length) {
  using V = Vec<T>;
  for (int64_t i = 0; i < length; i += V::lanes) {
    V sum[most_groups];
    for (int64_t k = 0; k < groups; k++) sum[k] = V::load(g + k * stride + i);
    for (int64_t left = groups / 2; left > 0; left /= 2)
      for (int64_t k = 0; k < left; k++) sum[k] = sum[2 * k] + sum[2 * k + 1];
    sum[0].store(out + i);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
