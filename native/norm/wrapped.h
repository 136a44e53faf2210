// Tables of one number per channel are *wrapped*: channels + lanes numbers, number i that of channel i mod channels, so
// that a vector of a row may start at any channel.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> constexpr int64_t wrapped_length(int64_t channels) { return channels + Vec<T>::lanes; }

template <class T> inline void wrap(T* table, int64_t channels) {
  for (int64_t i = channels; i < wrapped_length<T>(channels); i++) table[i] = table[i - channels];
}

// The channel of each vector of a row.
template <class T> struct ChannelWalk {
  int64_t channels, step, at = 0;
  explicit ChannelWalk(int64_t n) : channels(n), step(Vec<T>::lanes % n) {}
  inline void next() {
    at += step;
    if (at >= channels) at -= channels;
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
