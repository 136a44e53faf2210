// The kernels of one instruction set, as a table.
#pragma once
#include "op.h"

namespace heddle {

enum KernelIndex {
#define HEDDLE_KERNEL(name, function, arguments) kernel_##function,
#include "kernels.inc"
#undef HEDDLE_KERNEL
  kernel_count
};

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
  int64_t function;
  T slope;
  void* workspace;  // gemm_workspace_bytes, aligned to 64, of this thread
};
constexpr int64_t gemm_workspace_bytes = 512 * 8 * 3 * 64;

struct KernelTable {
  const char* isa;
  Kernel f32[kernel_count], f64[kernel_count];
  void (*sgemm)(const GemmArguments<float>&);
  void (*dgemm)(const GemmArguments<double>&);
  // `passes` times `fma_chains` independent multiply-adds of vectors, in registers alone.
  double (*fma_f32)(int64_t passes);
  double (*fma_f64)(int64_t passes);
  int64_t fma_chains;
};

#if defined(__x86_64__)
extern const KernelTable table_avx512, table_avx2;
#elif defined(__aarch64__)
extern const KernelTable table_neon;
#endif
extern const KernelTable table_generic;

}  // namespace heddle
