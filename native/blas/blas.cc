// The kernels as a plain shared library with the Fortran BLAS calling convention: pointers, column-major, `sgemm_` and
// `dgemm_`. Any BLAS test suite or program can be linked to it. HEDDLE_ISA chooses the kernels, as in the addon.
#include <stdio.h>
#include <stdlib.h>

#include "../activation/list.h"
#include "../cpu.h"

// The caller's error handler, by BLAS's rules: the routine's name and the number of the bad argument.
extern "C" void xerbla_(const char* name, const int* info, int name_length) __attribute__((weak));

namespace heddle {
namespace {

char upper(const char* c) { return *c >= 'a' && *c <= 'z' ? char(*c - 32) : *c; }

const KernelTable& table() {
  static const bool good = [] {
    const char* isa = getenv("HEDDLE_ISA");
    if (choose(isa && *isa ? isa : nullptr)) return true;
    // BLAS has no way to report it, and other kernels than those asked for would be a lie.
    fprintf(stderr, "HEDDLE_ISA=%s: no such kernels, or this CPU cannot run them\n", isa);
    exit(2);
  }();
  (void)good;
  return *chosen();
}

template <class T> void blas_gemm(const char* name, const char* transa, const char* transb, const int* m, const int* n,
                                  const int* k, const T* alpha, const T* a, const int* lda, const T* b, const int* ldb,
                                  const T* beta, T* c, const int* ldc) {
  const char ta = upper(transa), tb = upper(transb);
  const int rows_a = ta == 'N' ? *m : *k, rows_b = tb == 'N' ? *k : *n;
  const auto valid = [](char t) { return t == 'N' || t == 'T' || t == 'C'; };
  const auto at_least = [](int ld, int rows) { return ld >= (rows > 1 ? rows : 1); };
  const int info = !valid(ta)                ? 1
                   : !valid(tb)              ? 2
                   : *m < 0                  ? 3
                   : *n < 0                  ? 4
                   : *k < 0                  ? 5
                   : !at_least(*lda, rows_a) ? 8
                   : !at_least(*ldb, rows_b) ? 10
                   : !at_least(*ldc, *m)     ? 13
                                             : 0;
  if (info) {
    if (xerbla_) xerbla_(name, &info, 6);
    return;
  }
  if (*m == 0 || *n == 0 || ((*alpha == T(0) || *k == 0) && *beta == T(1))) return;
  alignas(64) static thread_local uint8_t workspace[gemm_workspace_bytes];
  // A column-major matrix is the transpose of a row-major one: C^T = op(B)^T op(A)^T.
  const GemmArguments<T> arguments = {
      tb != 'N', ta != 'N', *n, *m, *k, *alpha, b, *ldb, a, *lda, *beta, c, *ldc, nullptr, Activation::Identity,
      T(0),      workspace};
  if constexpr (sizeof(T) == 4)
    table().sgemm(arguments);
  else
    table().dgemm(arguments);
}

}  // namespace
}  // namespace heddle

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void sgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k, const float* alpha,
                   const float* a, const int* lda, const float* b, const int* ldb, const float* beta, float* c,
                   const int* ldc) {
  heddle::blas_gemm<float>("SGEMM ", transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

EXPORT void dgemm_(const char* transa, const char* transb, const int* m, const int* n, const int* k,
                   const double* alpha, const double* a, const int* lda, const double* b, const int* ldb,
                   const double* beta, double* c, const int* ldc) {
  heddle::blas_gemm<double>("DGEMM ", transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}
