// Cases of pooling and maxout.
#pragma once
#include "data.h"

namespace heddle {
namespace {

struct PoolShape {
  int64_t height, width, window_height, window_width, stride_height, stride_width, pad_top, pad_left, out_height,
      out_width;
};
constexpr PoolShape pool_shapes[] = {{4, 6, 2, 2, 2, 2, 0, 0, 2, 3}, {5, 7, 2, 2, 2, 2, 0, 0, 2, 3},
                                     {7, 7, 3, 3, 2, 2, 0, 0, 3, 3}, {7, 8, 2, 2, 3, 3, 0, 0, 2, 3},
                                     {5, 6, 2, 3, 1, 2, 0, 0, 4, 2}, {3, 5, 3, 5, 1, 1, 0, 0, 1, 1},
                                     {5, 5, 3, 3, 2, 2, 1, 1, 3, 3}, {4, 5, 2, 2, 2, 2, 0, 0, 2, 3}};
constexpr int64_t pool_channels[] = {1, 6, 8, 15, 16, 17, 48, 53};

std::string text(const PoolShape& s, int64_t channels) {
  return to_string(s.height) + "x" + to_string(s.width) + "x" + to_string(channels) + " windows " +
         to_string(s.window_height) + "x" + to_string(s.window_width) + " every " + to_string(s.stride_height) +
         " to " + to_string(s.out_height) + "x" + to_string(s.out_width) + (s.pad_top ? " padded" : "");
}

// Equal numbers, NaN, infinities.
template <class T> void spoil(Random& random, Buffer<T>& x) {
  for (int64_t i = 0; i < x.size(); i++) {
    const int64_t kind = random.below(40);
    if (kind < 12)
      x[i] = T(int64_t(x[i] * 4));
    else if (kind == 12)
      x[i] = std::numeric_limits<T>::quiet_NaN();
    else if (kind == 13)
      x[i] = -std::numeric_limits<T>::infinity();
  }
}

// Calls body(label, shape, channels) for each.
template <class Body> void for_each_pool(const std::string& name, bool padded_too, Body&& body) {
  for (const PoolShape& s : pool_shapes)
    for (const int64_t channels : pool_channels)
      // The last shape reaches beyond the right edge.
      if (padded_too || (!s.pad_top && (s.out_width - 1) * s.stride_width + s.window_width <= s.width))
        body(name + " " + text(s, channels), s, channels);
}

template <class T, class... Before> void call_pool(const KernelTable& table, KernelIndex kernel, const Step& step,
                                                   const PoolShape& s, int64_t channels, Before&&... before) {
  call<T>(table, kernel, step, before..., s.height, s.width, channels, s.window_height, s.window_width, s.stride_height,
          s.stride_width, s.pad_top, s.pad_left, s.out_height, s.out_width);
}

template <class T> void max_pool_cases() {
  for_each_pool("maxPool", true, [](const std::string& label, const PoolShape& s, int64_t channels) {
    for (const bool scoring : {false, true})
      check<T>(label + (scoring ? " scoring" : ""), {0, false},
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(2);
                 const int64_t inputs = s.height * s.width * channels, outputs = s.out_height * s.out_width * channels;
                 Buffer<T> x = random_rows<T>(random, step.chunk, inputs, inputs + 1),
                           y(step.chunk * (outputs + 2), T(3));
                 Buffer<uint8_t> winners(step.chunk * outputs, 99);
                 spoil(random, x);
                 call_pool<T>(table, kernel_max_pool, step, s, channels, x, inputs + 1, y, outputs + 2,
                              scoring ? nullptr : winners.data(), outputs);
                 result.take(y);
                 result.take(winners);
               });
  });
}

template <class T> void max_pool_backward_cases() {
  for_each_pool("maxPoolBackward", true, [](const std::string& label, const PoolShape& s, int64_t channels) {
    check<T>(label, {0, false}, [=](const KernelTable& table, Random& random, Result<T>& result) {
      const Step step = shard(2);
      const int64_t inputs = s.height * s.width * channels, outputs = s.out_height * s.out_width * channels;
      Buffer<T> x = random_rows<T>(random, step.chunk, inputs, inputs), y(step.chunk * outputs),
                dy = random_rows<T>(random, step.chunk, outputs, outputs), dx(step.chunk * inputs, T(3));
      Buffer<uint8_t> winners(step.chunk * outputs);
      call_pool<T>(table, kernel_max_pool, step, s, channels, x, inputs, y, outputs, winners, outputs);
      spoil(random, dy);
      call_pool<T>(table, kernel_max_pool_backward, step, s, channels, dy, outputs, winners, outputs, dx, inputs);
      result.take(dx);
    });
  });
}

template <class T> void average_pool_cases() {
  for_each_pool("averagePool", false, [](const std::string& label, const PoolShape& s, int64_t channels) {
    check<T>(label, sum_of(16), [=](const KernelTable& table, Random& random, Result<T>& result) {
      const Step step = shard(2);
      const int64_t inputs = s.height * s.width * channels, outputs = s.out_height * s.out_width * channels;
      Buffer<T> x = random_rows<T>(random, step.chunk, inputs, inputs), y(step.chunk * outputs, T(3));
      call_pool<T>(table, kernel_average_pool, step, s, channels, x, inputs, y, outputs);
      result.take(y);
    });
  });
}

template <class T> void average_pool_backward_cases() {
  for_each_pool("averagePoolBackward", false, [](const std::string& label, const PoolShape& s, int64_t channels) {
    check<T>(label, sum_of(16), [=](const KernelTable& table, Random& random, Result<T>& result) {
      const Step step = shard(2);
      const int64_t inputs = s.height * s.width * channels, outputs = s.out_height * s.out_width * channels;
      Buffer<T> dy = random_rows<T>(random, step.chunk, outputs, outputs), dx(step.chunk * inputs, T(3));
      call_pool<T>(table, kernel_average_pool_backward, step, s, channels, dy, outputs, dx, inputs);
      result.take(dx);
    });
  });
}

struct MaxoutShape {
  int64_t pixels, channels, pieces;
};
constexpr MaxoutShape maxout_shapes[] = {{1, 1, 2}, {1, 15, 2}, {1, 240, 5}, {9, 5, 3},
                                         {4, 8, 2}, {3, 33, 4}, {2, 7, 1}};

std::string text(const MaxoutShape& s) {
  return to_string(s.pixels) + " pixels of " + to_string(s.channels) + " by " + to_string(s.pieces);
}

template <class T> void maxout_cases() {
  for (const MaxoutShape& s : maxout_shapes)
    check<T>("maxout " + text(s), {0, false}, [=](const KernelTable& table, Random& random, Result<T>& result) {
      const Step step = shard(3);
      const int64_t outputs = s.pixels * s.channels, inputs = outputs * s.pieces;
      Buffer<T> x = random_rows<T>(random, step.chunk, inputs, inputs), y(step.chunk * outputs, T(3));
      Buffer<uint8_t> winners(step.chunk * outputs, 99);
      spoil(random, x);
      call<T>(table, kernel_maxout, step, x, inputs, y, outputs, winners, outputs, s.pixels, s.channels, s.pieces);
      result.take(y);
      result.take(winners);
    });
}

template <class T> void maxout_backward_cases() {
  for (const MaxoutShape& s : maxout_shapes)
    check<T>("maxoutBackward " + text(s), {0, false}, [=](const KernelTable& table, Random& random, Result<T>& result) {
      const Step step = shard(3);
      const int64_t outputs = s.pixels * s.channels, inputs = outputs * s.pieces;
      Buffer<T> dy = random_rows<T>(random, step.chunk, outputs, outputs), dx(step.chunk * inputs, T(3));
      Buffer<uint8_t> winners(step.chunk * outputs);
      for (int64_t i = 0; i < winners.size(); i++) winners[i] = uint8_t(random.below(s.pieces));
      call<T>(table, kernel_maxout_backward, step, dy, outputs, winners, outputs, dx, inputs, s.pixels, s.channels,
              s.pieces);
      result.take(dx);
    });
}

}  // namespace
}  // namespace heddle
