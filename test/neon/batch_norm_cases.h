// Cases of batch normalization.
#pragma once
#include "data.h"

namespace heddle {
namespace {

struct NormShape {
  int64_t pixels, channels;
};
constexpr NormShape norm_shapes[] = {{1, 1},  {1, 100}, {9, 3},  {16, 6},  {4, 8},  {49, 15}, {25, 16},
                                     {9, 17}, {4, 24},  {9, 31}, {16, 32}, {5, 33}, {9, 49},  {4, 64}};
constexpr int64_t norm_groups = 4;
std::string text(const NormShape& s) { return to_string(s.pixels) + " pixels of " + to_string(s.channels); }

int64_t moments_length(int64_t channels) { return 2 * channels + 1; }
template <class T> int64_t wrapped(int64_t channels) { return channels + lanes<T>; }

// Sums of groups, the second of them empty; squares are not negative.
Buffer<double> random_moments(Random& random, int64_t channels) {
  Buffer<double> m(norm_groups * moments_length(channels));
  for (int64_t g = 0; g < norm_groups; g++) {
    if (g == 1) continue;
    double* row = m.data() + g * moments_length(channels);
    for (int64_t c = 0; c < channels; c++) {
      row[c] = random.real();
      row[channels + c] = double(g + 2) * (0.1 + fabs(random.real()));
    }
    row[2 * channels] = double(g + 2);
  }
  return m;
}

template <class T> Buffer<T> random_wrapped(Random& random, int64_t channels, int64_t tables) {
  Buffer<T> buffer(tables * wrapped<T>(channels));
  for (int64_t t = 0; t < tables; t++)
    for (int64_t i = 0; i < wrapped<T>(channels); i++) {
      T* table = buffer.data() + t * wrapped<T>(channels);
      table[i] = i < channels ? T(random.real()) : table[i - channels];
    }
  return buffer;
}

template <class T> void measure_cases(const char* name, bool backward) {
  for (const NormShape& s : norm_shapes)
    for (const int64_t rows : {0, 1, 5})
      for (const bool start : {false, true})
        check<T>(
            std::string(name) + " rows=" + to_string(rows) + " " + text(s) + (start ? " start" : ""),
            sum_of(rows * s.pixels), [=](const KernelTable& table, Random& random, Result<T>& result) {
              Step step = shard(rows);
              step.start = start;
              step.group = 2;
              const int64_t n = s.pixels * s.channels, ld = n + 1;
              Buffer<T> x = random_rows<T>(random, step.chunk, n, ld), dy = random_rows<T>(random, step.chunk, n, ld);
              Buffer<double> m = random_moments(random, s.channels), mean = random_numbers<double>(random, s.channels);
              if (backward)
                call<T>(table, kernel_batch_norm_reduce_backward, step, x, ld, dy, ld, mean, m, s.pixels, s.channels);
              else
                call<T>(table, kernel_batch_norm_reduce, step, x, ld, m, s.pixels, s.channels);
              result.take(m);
            });
}
template <class T> void batch_norm_reduce_cases() { measure_cases<T>("batchNormReduce", false); }
template <class T> void batch_norm_reduce_backward_cases() { measure_cases<T>("batchNormReduceBackward", true); }

template <class T> void batch_norm_merge_cases() {
  for (const NormShape& s : norm_shapes)
    check<T>("batchNormMerge " + to_string(s.channels), sum_of(16),
             [=](const KernelTable& table, Random& random, Result<T>& result) {
               const int64_t n = s.channels, ld = padded<T>(n);
               Buffer<double> m = random_moments(random, n), mean(n), inverse(n);
               Buffer<T> weight = random_rows<T>(random, 1, n, ld), bias = random_rows<T>(random, 1, n, ld),
                         scale(wrapped<T>(n)), shift(wrapped<T>(n));
               call<T>(table, kernel_batch_norm_merge, shard(0), m, norm_groups, weight, bias, mean, inverse, scale,
                       shift, n, 1e-5);
               result.take(mean);
               result.take(inverse);
               result.take(scale);
               result.take(shift);
             });
}

template <class T> void batch_norm_fold_cases() {
  for (const NormShape& s : norm_shapes)
    check<T>("batchNormFold " + to_string(s.channels), sum_of(16),
             [=](const KernelTable& table, Random& random, Result<T>& result) {
               const int64_t n = s.channels, ld = padded<T>(n);
               Buffer<T> mean = random_rows<T>(random, 1, n, ld), variance = random_rows<T>(random, 1, n, ld);
               for (int64_t i = 0; i < n; i++) variance[i] = T(fabs(double(variance[i])) + 0.1);
               Buffer<T> weight = random_rows<T>(random, 1, n, ld), bias = random_rows<T>(random, 1, n, ld),
                         scale(wrapped<T>(n)), shift(wrapped<T>(n));
               call<T>(table, kernel_batch_norm_fold, shard(0), mean, variance, weight, bias, scale, shift, n, 1e-3);
               result.take(scale);
               result.take(shift);
             });
}

template <class T> void batch_norm_cases() {
  for (const NormShape& s : norm_shapes)
    for (int f = 0; f < function_count; f++)
      check<T>("batchNorm " + text(s) + " " + functions[f].name, sum_of(4),
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(2);
                 const int64_t n = s.pixels * s.channels, ld = padded<T>(n);
                 Buffer<T> x = random_rows<T>(random, step.chunk, n, ld), y(step.chunk * ld, T(3));
                 Buffer<T> scale = random_wrapped<T>(random, s.channels, 1),
                           shift = random_wrapped<T>(random, s.channels, 1);
                 call<T>(table, kernel_batch_norm, step, x, ld, y, ld, scale, shift, s.pixels, s.channels, f, slope);
                 result.take(y);
               });
}

template <class T> void batch_norm_merge_backward_cases() {
  for (const NormShape& s : norm_shapes)
    check<T>("batchNormMergeBackward " + to_string(s.channels), sum_of(16),
             [=](const KernelTable& table, Random& random, Result<T>& result) {
               const int64_t n = s.channels;
               Buffer<double> m = random_moments(random, n), mean = random_numbers<double>(random, n),
                              inverse = random_numbers<double>(random, n);
               Buffer<T> weight = random_rows<T>(random, 1, n, padded<T>(n)), coefficients(4 * wrapped<T>(n));
               call<T>(table, kernel_batch_norm_merge_backward, shard(0), m, norm_groups, weight, mean, inverse,
                       coefficients, n);
               result.take(coefficients);
             });
}

template <class T> void batch_norm_backward_cases() {
  for (const NormShape& s : norm_shapes)
    for (int f = 0; f < function_count; f++)
      check<T>("batchNormBackward " + text(s) + " " + functions[f].name, sum_of(8),
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 const Step step = shard(2);
                 const int64_t n = s.pixels * s.channels, ld = padded<T>(n);
                 Buffer<T> dy = random_rows<T>(random, step.chunk, n, ld),
                           x = random_rows<T>(random, step.chunk, n, ld), dx(step.chunk * ld, T(3));
                 Buffer<T> coefficients = random_wrapped<T>(random, s.channels, 4);
                 call<T>(table, kernel_batch_norm_backward, step, dy, ld, x, ld, dx, ld, coefficients, s.pixels,
                         s.channels, f, slope);
                 result.take(dx);
               });
}

template <class T> void batch_norm_update_cases() {
  for (const NormShape& s : norm_shapes)
    for (int o = 0; o < optimizer_count; o++)
      check<T>("batchNormUpdate " + to_string(s.channels) + " " + optimizers[o].name, sum_of(16),
               [=](const KernelTable& table, Random& random, Result<T>& result) {
                 Step step = shard(0);
                 step.hyper = optimizers[o].hyper;
                 const int64_t n = s.channels, ld = padded<T>(n);
                 Buffer<double> m = random_moments(random, n), inverse = random_numbers<double>(random, n);
                 Buffer<T> out[6] = {random_rows<T>(random, 1, n, ld), random_rows<T>(random, 1, n, ld),
                                     random_rows<T>(random, 1, n, ld), random_rows<T>(random, 1, n, ld),
                                     random_rows<T>(random, 1, n, ld), random_rows<T>(random, 1, n, ld)};
                 // Adam's second states hold squares.
                 for (const int t : {3, 5})
                   for (int64_t i = 0; i < ld; i++) out[t][i] = T(fabs(double(out[t][i])));
                 const auto state = [&](int i, bool there) { return there ? out[i].data() : nullptr; };
                 call<T>(table, kernel_batch_norm_update, step, m, norm_groups, inverse, out[0], out[1],
                         state(2, optimizers[o].s), state(3, optimizers[o].t), state(4, optimizers[o].s),
                         state(5, optimizers[o].t), n, int64_t(0), ld / lanes<T>, o);
                 for (Buffer<T>& buffer : out) result.take(buffer);
               });
}

template <class T> void batch_norm_running_cases() {
  for (const NormShape& s : norm_shapes)
    check<T>("batchNormRunning " + to_string(s.channels), sum_of(8),
             [=](const KernelTable& table, Random& random, Result<T>& result) {
               const int64_t n = s.channels, ld = padded<T>(n);
               Buffer<double> m = random_moments(random, n);
               Buffer<T> mean = random_rows<T>(random, 1, n, ld), variance = random_rows<T>(random, 1, n, ld);
               call<T>(table, kernel_batch_norm_running, shard(0), m, norm_groups, mean, variance, n, 0.1);
               result.take(mean);
               result.take(variance);
             });
}

}  // namespace
}  // namespace heddle
