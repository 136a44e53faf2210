// Random numbers for the features of a sample: a function of (key, epoch, sample, element), elements counted in C,H,W
// order with each channel's plane padded to a multiple of 4. A block of four words is then four neighboring pixels of
// a channel; lanes take neighboring channels, so that words come out as channels-last pixels. Where there is one pixel
// only, the channels are the plane, and the words of a block four neighboring channels.
#pragma once
#include <stdint.h>

#include "op.h"
#include "random/philox.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct Draws {
  static constexpr int64_t blocks = 256;                     // at a time
  static constexpr int64_t stride = blocks + Vec<T>::lanes;  // from the values of one word to the next one's

  Draws(const uint32_t* samples, int64_t key0, int64_t key1, int64_t n, int64_t c)
      : order(samples), pixels(n), channels(c), key0_(uint32_t(key0)), key1_(uint32_t(key1)) {}

  // For each row, `fill(words, out)` makes 4 x 8 values of 8 blocks, out[word * stride + lane], and
  // `apply(row, feature, count, values)` uses those of `count` features of the row.
  template <class Fill, class Apply> void run(const Step& step, Fill&& fill, Apply&& apply) {
    if (pixels == 1)
      run_vector(step, fill, apply);
    else
      for (int64_t c = 0; c < channels; c += blocks)
        run_channels(step, c, channels - c < blocks ? channels - c : blocks, fill, apply);
  }

 private:
  const uint32_t* order;
  int64_t pixels, channels;
  uint32_t key0_, key1_;
  uint64_t number[blocks];              // of the block in each lane
  T value[4][blocks + Vec<T>::lanes];   // what `fill` makes of its words
  T plane[4 * blocks + Vec<T>::lanes];  // the same in the order of the row's features

  template <class Fill> void draw(const Step& step, int64_t row, int64_t first, int64_t count, Fill&& fill) {
    const uint32_t sample = order[step.cursor + row];
    for (int64_t j = 0; j < count; j += Bits::lanes)
      fill(philox(counter(uint32_t(step.epoch), sample, 0, Bits::load(number + j) + Bits::set1(uint64_t(first))), key0_,
                  key1_),
           &value[0][j]);
  }

  template <class Fill, class Apply> void run_vector(const Step& step, Fill&& fill, Apply&& apply) {
    for (int64_t j = 0; j < blocks; j++) number[j] = uint64_t(j);
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t c = 0; c < channels; c += 4 * blocks) {
        const int64_t count = channels - c < 4 * blocks ? channels - c : 4 * blocks, used = (count + 3) / 4;
        draw(step, r, c / 4, used, fill);
        for (int64_t j = 0; j < used; j++)
          for (int w = 0; w < 4; w++) plane[4 * j + w] = value[w][j];
        apply(r, c, count, plane);
      }
  }

  // Channels [c, c + width), as many groups of four pixels at a time as fill the lanes.
  template <class Fill, class Apply>
  void run_channels(const Step& step, int64_t c, int64_t width, Fill&& fill, Apply&& apply) {
    const int64_t quads = (pixels + 3) / 4, most = blocks / width;
    const bool whole = width % Vec<T>::lanes == 0 || width < channels;
    for (int64_t j = 0; j < blocks; j++) number[j] = uint64_t((c + j % width) * quads + j / width);
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for (int64_t q = 0; q < quads; q += most) {
        const int64_t count = quads - q < most ? quads - q : most;
        draw(step, r, q, count * width, fill);
        const int64_t end = 4 * (q + count) < pixels ? 4 * (q + count) : pixels;
        if (whole) {
          for (int64_t p = 4 * q; p < end; p++) apply(r, p * channels + c, width, value[p & 3] + (p / 4 - q) * width);
          continue;
        }
        // Pixel after pixel, each in whole vectors: what runs over is the next one's.
        for (int64_t p = 4 * q; p < end; p++)
          for (int64_t i = 0; i < width; i += Vec<T>::lanes)
            Vec<T>::load(value[p & 3] + (p / 4 - q) * width + i).store(plane + (p - 4 * q) * width + i);
        apply(r, 4 * q * channels, (end - 4 * q) * channels, plane);
      }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
