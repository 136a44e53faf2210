// The matrix products, at sizes around the edges of vectors, tiles, panels and blocks, on every instruction set of this
// machine: within a tolerance of `generic`, and a line with the hash of the bits, which run.mjs compares between
// machines.
#include "lab.h"

namespace heddle {
namespace {

constexpr int function_count = sizeof functions / sizeof *functions;
constexpr double slope = 0.01;
struct Shape {
  int64_t rows, k, n;
};

void run(const KernelTable& table, const GemmArguments<float>& g) { table.sgemm(g); }
void run(const KernelTable& table, const GemmArguments<double>& g) { table.dgemm(g); }

// One product. alpha, beta, bias and function go round with `turn`.
template <class T> void gemm_case(int64_t m, int64_t n, int64_t k, bool ta, bool tb, int turn) {
  struct Factors {
    double alpha, beta;
  };
  constexpr Factors factors[] = {{1, 0}, {1, 1}, {0.7, 1.3}, {-1, 0}, {1, 0.5}, {0, 0.5}, {0, 0}};
  const Factors f = factors[turn % 7];
  const int function = turn % 3 ? 0 : turn / 3 % function_count;
  const bool bias = turn % 4 == 1;
  char label[160];
  snprintf(label, sizeof label, "gemm %c%c m=%d n=%d k=%d alpha=%g beta=%g %s%s", ta ? 'T' : 'N', tb ? 'T' : 'N',
           int(m), int(n), int(k), f.alpha, f.beta, functions[function].name, bias ? " bias" : "");
  check<T>(label, sum_of(k), [=](const KernelTable& table, Random& random, Result<T>& result) {
    const int64_t lda = (ta ? m : k) + turn % 3, ldb = (tb ? k : n) + turn % 5, ldc = n + turn % 2;
    // Exactly what is there: the last row ends at its last number.
    const auto area = [](int64_t rows, int64_t ld, int64_t columns) {
      return rows && columns ? (rows - 1) * ld + columns : 0;
    };
    Buffer<T> a = random_numbers<T>(random, ta ? area(k, lda, m) : area(m, lda, k));
    Buffer<T> b = random_numbers<T>(random, tb ? area(n, ldb, k) : area(k, ldb, n));
    Buffer<T> c = random_numbers<T>(random, area(m, ldc, n)), add = random_numbers<T>(random, n);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    // What BLAS forbids to read: A and B where alpha is 0, C where beta is 0.
    if (f.alpha == 0)
      for (Buffer<T>* x : {&a, &b})
        for (int64_t i = 0; i < x->size(); i++) (*x)[i] = nan;
    const std::vector<T> before(c.data(), c.data() + c.size());
    if (f.beta == 0)
      for (int64_t r = 0; r < m; r++)
        for (int64_t j = 0; j < n; j++) c[r * ldc + j] = nan;
    alignas(64) static uint8_t workspace[gemm_workspace_bytes];
    run(table, {ta, tb, m, n, k, T(f.alpha), a.data(), lda, b.data(), ldb, T(f.beta), c.data(), ldc,
                bias ? add.data() : nullptr, Activation(function), T(slope), workspace});
    // Between the rows of C nothing may change; that generic writes there too would not excuse it.
    for (int64_t i = 0; i < c.size(); i++)
      if (i % ldc >= n && c[i] != before[size_t(i)]) result.intact = false;
    result.take(c);
  });
}

template <class T> void gemm_cases() {
  int turn = 0;
  for (const int64_t m : {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 17})
    for (const int64_t n : {1, 7, 8, 9, 15, 16, 17, 24, 25, 47, 48, 49, 97})
      for (const int64_t k : {0, 1, 2, 7, 17, 33})
        for (int t = 0; t < 4; t++) gemm_case<T>(m, n, k, t & 1, t & 2, turn++);
  // Few rows in strips of 8 vectors; blocks of m (192), n (8 panels) and k (512).
  constexpr Shape large[] = {{1, 1, 300},  {1, 40, 300},  {2, 40, 150},   {3, 40, 129}, {4, 40, 131}, {191, 9, 17},
                             {193, 9, 49}, {385, 5, 50},  {7, 20, 383},   {9, 20, 385}, {5, 9, 777},  {7, 511, 17},
                             {9, 513, 49}, {3, 1030, 33}, {193, 514, 25}, {194, 3, 385}};
  for (const Shape& s : large)
    for (int t = 0; t < 4; t++) gemm_case<T>(s.rows, s.n, s.k, t & 1, t & 2, turn++);
}

}  // namespace
}  // namespace heddle

int main() {
  heddle::gemm_cases<float>();
  heddle::gemm_cases<double>();
  return heddle::failures > 0 ? 1 : 0;
}
