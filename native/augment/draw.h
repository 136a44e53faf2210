// What augmentation draws for an image: a function of (key, epoch, sample) alone. All of it in doubles and in
// operations that round the same everywhere, none fused, so that the twin and every instruction set draw the same.
#pragma once
#include <stdint.h>

#include "augment/mix.h"
#include "op.h"
#include "random/philox.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct AugmentArguments {
  T* x;  // [chunk][ldx]
  int64_t ldx;
  const uint8_t* images;     // [samples][height][width][channels]
  const uint32_t* order;     // sample of each place in the epoch
  const T *scale, *shift;    // [height][width][channels]: x = value * scale + shift
  T* workspace;              // [height + 2][width + 2][channels]; then, for a partner, [height][width][channels]
  const uint32_t* partners;  // the sample that each place is mixed with, or null
  const Mix* mixes;          // and how
  int64_t key0, key1;        // the noise has key1 + 1
  int64_t height, width, channels;
  int64_t maximum;    // the largest value a pixel can have
  int64_t per_image;  // 1: minus the image's mean, over the 2-norm of what remains; scale and shift unused
  // The numbers of the changes, in their order: for those drawn the largest of each draw, 0 for none.
#include "generated/augment_numbers.inc"
};

// 32 numbers of an image, multiples of 2^-32 in [0, 1): word w of block b is at [w][b].
struct Chances {
  double value[4][Bits::lanes];

  Chances(int64_t epoch, uint32_t sample, int64_t key0, int64_t key1) {
    const uint64_t number[Bits::lanes] = {0, 1, 2, 3, 4, 5, 6, 7};
    const Words words = philox(counter(uint32_t(epoch), sample, 0, Bits::load(number)), uint32_t(key0), uint32_t(key1));
    for (int w = 0; w < 4; w++) (number_of_word(words.word[w]) * Vec<double>::set1(0x1p-32)).store(value[w]);
  }
  // In [-range, range).
  double within(double range, int block, int word) const { return range * (2 * value[word][block] - 1); }
  // One of `count` integers from 0.
  int64_t below(int64_t count, int block, int word) const { return int64_t(value[word][block] * double(count)); }
  bool happens(double probability, int block, int word) const { return value[word][block] < probability; }
};

// cos(2 pi t) and sin(2 pi t), as `cosTurns` and `sinTurns` in src/random.ts.
inline double cos_small(double x) {
  constexpr double c[] = {1.0 / 24,        -1.0 / 720,         1.0 / 40320,         -1.0 / 3628800,
                          1.0 / 479001600, -1.0 / 87178291200, 1.0 / 20922789888000};
  const double z = x * x;
  double sum = c[6];
  for (int i = 5; i >= 0; i--) sum = sum * z + c[i];
  return 1 - (0.5 * z - z * z * sum);
}
inline double sin_small(double x) {
  constexpr double c[] = {-1.0 / 6,        1.0 / 120,        -1.0 / 5040,          1.0 / 362880,
                          -1.0 / 39916800, 1.0 / 6227020800, -1.0 / 1307674368000, 1.0 / 355687428096000};
  const double z = x * x;
  double sum = c[7];
  for (int i = 6; i >= 0; i--) sum = sum * z + c[i];
  return x + x * z * sum;
}
inline void turn_of(double t, double& cosine, double& sine) {
  const double quarter = __builtin_floor(4 * t + 0.5), x = 6.283185307179586 * (t - quarter / 4);
  const double c = cos_small(x), s = sin_small(x);
  const int64_t q = int64_t(quarter) & 3;
  cosine = q == 0 ? c : q == 1 ? -s : q == 2 ? -c : s;
  sine = q == 0 ? s : q == 1 ? c : q == 2 ? -s : -c;
}

// An image while it is changed.
struct Image {
  const Chances chances;
  const Step& step;
  const uint32_t* order;  // whose place cursor + row it stands at
  int64_t row;            // its row of the chunk
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
