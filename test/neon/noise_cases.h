// Cases of dropout, noise and addition.
#pragma once
#include "data.h"

namespace heddle {
namespace {

struct MapShape {
  int64_t pixels, channels;
};
// One plane of channels, maps of few channels and of many: around the 256 blocks that are drawn at a time.
constexpr MapShape noise_shapes[] = {{1, 1}, {1, 17},  {1, 512}, {1, 1030}, {4, 3},
                                     {9, 6}, {49, 16}, {25, 33}, {36, 128}, {5, 300}};
std::string text(const MapShape& s) { return to_string(s.pixels) + " pixels of " + to_string(s.channels); }

constexpr int64_t key0 = 0xdeadbeef, key1 = 0x06000002;

// The samples of a shard, of any number of 32 bits.
struct Places {
  Step step = shard(3);
  Buffer<uint32_t> order;
  explicit Places(Random& random) : order(4 + step.chunk) {
    step.cursor = 4;
    step.epoch = int64_t(random.bits() >> 32);
    for (int64_t i = 0; i < order.size(); i++) order[i] = uint32_t(random.bits());
  }
};

template <class T> void dropout_cases() {
  for (const MapShape& s : noise_shapes)
    for (const double rate : {0.0, 0.3, 0.5})
      check<T>("dropout " + text(s) + " rate " + to_string(rate), {0, false},
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 Places places(random);
                 const int64_t n = s.pixels * s.channels, ld = n + 1;
                 Buffer<T> x = random_rows<T>(random, places.step.chunk, n, ld), y(places.step.chunk * ld, T(3));
                 call<T>(table, kernel_dropout, places.step, x, ld, y, ld, places.order, key0, key1, rate, s.pixels,
                         s.channels);
                 result.take(y);
               });
}

template <class T> void dropout_backward_cases() {
  for (const MapShape& s : noise_shapes)
    for (int f = -1; f < function_count; f++)
      check<T>("dropoutBackward " + text(s) + " " + (f < 0 ? "nothing below" : functions[f].name), elementwise,
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 Places places(random);
                 const int64_t n = s.pixels * s.channels, ld = n + 1;
                 // Away from the ends of tanh, where 1 - y^2 loses its digits.
                 Buffer<T> dy = random_rows<T>(random, places.step.chunk, n, ld),
                           y = random_numbers<T>(random, places.step.chunk * ld, 0.5), dx(places.step.chunk * ld, T(3));
                 call<T>(table, kernel_dropout_backward, places.step, dy, ld, f < 0 ? nullptr : y.data(), ld, dx, ld,
                         places.order, key0, key1, 0.25, s.pixels, s.channels, f < 0 ? 0 : f, slope);
                 result.take(dx);
               });
}

template <class T> void gaussian_noise_cases() {
  for (const MapShape& s : noise_shapes)
    check<T>("gaussianNoise " + text(s), {32, false}, [=](const KernelTable& table, Random& random, Result<T>& result) {
      Places places(random);
      const int64_t n = s.pixels * s.channels, ld = n + 1;
      Buffer<T> x = random_rows<T>(random, places.step.chunk, n, ld), y(places.step.chunk * ld, T(3));
      call<T>(table, kernel_gaussian_noise, places.step, x, ld, y, ld, places.order, key0, key1, 0.75, s.pixels,
              s.channels);
      result.take(y);
    });
}

template <class T> void add_cases() {
  for (const int64_t n : {1, 8, 17, 48})
    for (int f = 0; f < function_count; f++)
      check<T>("add n=" + to_string(n) + " " + functions[f].name, elementwise,
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(3);
                 const int64_t ld = padded<T>(n);
                 Buffer<T> a = random_rows<T>(random, step.chunk, n, ld), b = random_rows<T>(random, step.chunk, n, ld),
                           y(step.chunk * ld, T(3));
                 call<T>(table, kernel_add, step, a, ld, b, ld, y, ld, n, f, slope);
                 result.take(y);
               });
}

}  // namespace
}  // namespace heddle
