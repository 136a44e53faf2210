// What a matrix product takes.
#pragma once
#include <stdint.h>

#include "op.h"

namespace heddle {

// C = alpha op(A) op(B) + beta C, row-major; then C = f(C + bias) where asked for.
template <class T> struct GemmArguments {
  bool transpose_a, transpose_b;
  int64_t m, n, k;
  T alpha;
  const T* a;
  int64_t lda;
  const T* b;
  int64_t ldb;
  T beta;
  T* c;
  int64_t ldc;
  const T* bias;  // [n], or null
  Activation activation;
  T slope;
  void* workspace;  // gemm_workspace_bytes, aligned to 64, of this thread
};
constexpr int64_t gemm_workspace_bytes = 512 * 8 * 3 * 64;

}  // namespace heddle
