// Shapes, steps and contents of buffers that the cases share.
#pragma once
#include "lab.h"

namespace heddle {
namespace {

using std::to_string;

constexpr int function_count = sizeof functions / sizeof *functions;
constexpr double slope = 0.01;

// In the order of native/optimizer/optimizer.h.
struct Optimizer {
  const char* name;
  bool s, t;  // state it has
  double hyper[7];
};
constexpr Optimizer optimizers[] = {
    {"sgd", false, false, {0.05}},
    {"momentum", true, false, {0.05, 0.9}},
    {"adam", true, true, {0.002, 0.9, 0.1, 0.999, 0.001, 3.2, 1e-8}},
};
constexpr int optimizer_count = sizeof optimizers / sizeof *optimizers;

template <class T> constexpr int64_t lanes = 64 / int64_t(sizeof(T));
template <class T> int64_t padded(int64_t n) { return (n + lanes<T> - 1) / lanes<T> * lanes<T>; }

// A shard in the middle of a chunk: rows 1 … rows of rows + 2.
Step shard(int64_t rows) {
  Step step = {};
  step.first = 1;
  step.rows = rows;
  step.chunk = rows + 2;
  step.scale = 1.0 / 7;
  step.start = step.finish = true;
  return step;
}

// Rows of n random numbers, `ld` apart; the padding is 0, as the kernels keep it.
template <class T> Buffer<T> random_rows(Random& random, int64_t rows, int64_t n, int64_t ld) {
  Buffer<T> buffer(rows * ld);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t i = 0; i < n; i++) buffer[r * ld + i] = T(random.real());
  return buffer;
}

// A packed matrix (op.h) of `depth` rows and n columns; the padding is 0. `positive`: for squares.
template <class T> Buffer<T> random_panels(Random& random, int64_t depth, int64_t n, bool positive = false) {
  const int64_t panel = panel_vectors * lanes<T>, all = padded<T>(n);
  Buffer<T> buffer(depth * all);
  for (int64_t k = 0; k < depth; k++)
    for (int64_t j = 0; j < n; j++) {
      const int64_t p = j / panel, width = all - p * panel < panel ? all - p * panel : panel;
      const double x = random.real();
      buffer[p * panel * depth + k * width + j % panel] = T(positive ? fabs(x) : x);
    }
  return buffer;
}

}  // namespace
}  // namespace heddle
