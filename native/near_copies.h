// Images that show the same (the plain twin: src/data/near-copies.ts, which says how they are found).
#pragma once
#include <stddef.h>
#include <stdint.h>

#include <vector>

namespace heddle {

// What counts as a copy; the twin has these numbers and says what they mean.
struct NearLimits {
  double scale;
  double cell;
  double most_difference;
  double least_contrast;
  double least_correlation;
  double most_compared;
};

// `images` lie channels last, a byte each. Of every image the first one that it is a copy of, over others too; itself
// where there is none.
std::vector<uint32_t> near_copies(const std::vector<const uint8_t*>& images, size_t height, size_t width,
                                  size_t channels, const NearLimits& limits);

}  // namespace heddle
