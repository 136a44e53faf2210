// Timing from inside: what the benches report without the cost of crossing into JavaScript.
#pragma once
#include "kernels.h"

namespace heddle {

// Multiply-adds a second of one core with the chosen kernels' vectors: the yardstick of the benches.
double measure_peak(bool single);

// Seconds of one call of the chosen gemm on numbers of its own, warm: the best of as many as fit into `seconds`.
double measure_gemm(bool single, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double seconds);

}  // namespace heddle
