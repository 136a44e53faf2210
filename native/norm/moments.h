// Sums of batch normalization per channel, in double. A group's row of `m` is [mean or sum][channels], [M2 or
// sum][channels] and the count of numbers per channel. Rows of groups are merged by a fixed binary tree:
// ((0+1)+(2+3))….
#pragma once
#include <stdint.h>
#include <string.h>

#include "reduce/groups.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t moments_words(int64_t channels) { return 2 * channels + 1; }

// What of a group's row is of some slices, which are vectors of channels in the run's format.
template <class T> struct OwnChannels {
  double* row;
  int64_t channels, first, last;

  OwnChannels(double* m, int64_t all, int64_t first_slice, int64_t last_slice, int64_t group)
      : row(m + group * moments_words(all)), channels(all) {
    const OwnUnits own(first_slice, last_slice, group, (all + Vec<T>::lanes - 1) / Vec<T>::lanes);
    first = own.first * Vec<T>::lanes;
    last = own.last * Vec<T>::lanes < all ? own.last * Vec<T>::lanes : all;
  }
  bool none() const { return first >= last; }
  // Whoever has the first channels keeps the count of all; who reads it does so where a block goes on, which slices
  // that divide a group do not.
  double count(bool start) const { return start ? 0 : row[2 * channels]; }
  void keep(double count) const {
    if (first == 0) row[2 * channels] = count;
  }
  void clear() const {
    memset(row + first, 0, size_t(last - first) * sizeof(double));
    memset(row + channels + first, 0, size_t(last - first) * sizeof(double));
  }
};

// Mean, sum of squared deviations from it, and their count; or two sums and their count.
struct Moments {
  Wide first, second;
  double count;
};

// Chan, Golub & LeVeque 1979. Where one is empty, the other.
inline Moments merge_moments(const Moments& a, const Moments& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const double count = a.count + b.count;
  const Wide delta = b.first - a.first;
  return {fma(delta, Wide::set1(b.count / count), a.first),
          fma(delta * delta, Wide::set1(a.count * b.count / count), a.second + b.second), count};
}
inline Moments merge_sums(const Moments& a, const Moments& b) {
  return {a.first + b.first, a.second + b.second, a.count + b.count};
}

// The groups [from, to) of the channels from c on.
template <Moments (*merge)(const Moments&, const Moments&)>
__attribute__((noinline)) Moments merge_groups(const double* m, int64_t channels, int64_t c, int64_t from, int64_t to) {
  if (to - from == 1) {
    const double* row = m + from * moments_words(channels);
    return {load_wide(row + c, channels - c), load_wide(row + channels + c, channels - c), row[2 * channels]};
  }
  const int64_t middle = (from + to) / 2;
  return merge(merge_groups<merge>(m, channels, c, from, middle), merge_groups<merge>(m, channels, c, middle, to));
}

// Calls body(i, full) for the pixels of a row in order: whether `lanes` numbers from its own on lie inside the row.
template <class Body>
inline void for_each_pixel(int64_t pixels, int64_t channels, int64_t c, int64_t lanes, Body&& body) {
  const int64_t room = pixels * channels - c - lanes;
  const int64_t whole = room < 0 ? 0 : room / channels + 1 < pixels ? room / channels + 1 : pixels;
  for (int64_t i = 0; i < whole; i++) body(i * channels + c, lanes);
  for (int64_t i = whole; i < pixels; i++) body(i * channels + c, pixels * channels - i * channels - c);
}

// Calls body<vectors>(channel) for the channels [c, channels), up to `most` vectors at a time.
template <int most, class Body> inline void for_each_channels(int64_t c, int64_t channels, Body&& body) {
  constexpr int64_t block = most * wide_lanes;
  for (; c + block <= channels; c += block) body.template run<most>(c);
  for (; c + 2 * wide_lanes <= channels; c += 2 * wide_lanes) body.template run<2>(c);
  for (; c < channels; c += wide_lanes) body.template run<1>(c);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
