// Muon's step: a matrix made nearly orthogonal by Newton-Schulz iterations, and the weights moved along it. One rank
// does all of a matrix, so nothing depends on how many ranks there are.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "activation/list.h"
#include "gemm/arguments.h"
#include "gemm/panels.h"
#include "op.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> void gemm(const GemmArguments<T>& g);

template <class T> struct OrthogonalStepArguments {
  T* w;                // packed [k][n]
  const T* direction;  // as w
  T* workspace;        // two of [short][long padded], two of [short][short padded], and what gemm wants
  int64_t k, n;
  Optimizer optimizer;  // the rule whose first number is the rate
};

// The direction with its shorter side as rows, and what the iterations make of it.
template <class T> struct Matrices {
  int64_t rows, columns, ld, square_ld;
  T *x, *next, *gram, *polynomial;
  void* workspace;

  void multiply(bool transpose_b, int64_t n, T alpha, const T* a, int64_t lda, const T* b, int64_t ldb, T beta, T* c,
                int64_t ldc) const {
    const int64_t depth = transpose_b ? columns : rows;
    gemm(GemmArguments<T>{false, transpose_b, rows, n, depth, alpha, a, lda, b, ldb, beta, c, ldc, nullptr,
                          Activation::Identity, T(0), workspace});
  }

  // x = 3.4445 x + (-4.7750 A + 2.0315 A A) x with A = x x^T.
  void iterate() {
    multiply(true, rows, T(1), x, ld, x, ld, T(0), gram, square_ld);
    memcpy(polynomial, gram, size_t(rows * square_ld) * sizeof(T));
    multiply(false, rows, T(2.0315), gram, square_ld, gram, square_ld, T(-4.7750), polynomial, square_ld);
    memcpy(next, x, size_t(rows * ld) * sizeof(T));
    multiply(false, columns, T(1), polynomial, square_ld, x, ld, T(3.4445), next, ld);
    T* const before = x;
    x = next;
    next = before;
  }
};

// Calls f(number of the packed matrix, number of the plain one) for each number that is no padding, in packed order.
template <class T, class F> inline void for_each_number(const T* packed, int64_t k, int64_t n, int64_t ld, F&& f) {
  for_each_panel(packed, k, n, [&](const PanelView<T>& panel) {
    const int64_t columns = n - panel.column < panel.ld ? n - panel.column : panel.ld;
    for (int64_t i = 0; i < k; i++)
      for (int64_t j = 0; j < columns; j++) {
        const int64_t column = panel.column + j;
        f(panel.column * k + i * panel.ld + j, k <= n ? i * ld + column : column * ld + i);
      }
  });
}

// orthogonalStep: w -= lr sqrt(max(1, n / k)) X, X the direction made orthogonal.
template <class T> void orthogonal_step(const Word* words, const Step& step) {
  const auto a = read_arguments<OrthogonalStepArguments<T>>(words);
  Matrices<T> m;
  m.rows = a.k < a.n ? a.k : a.n;
  m.columns = a.k < a.n ? a.n : a.k;
  m.ld = round_to_lanes<T>(m.columns);
  m.square_ld = round_to_lanes<T>(m.rows);
  m.x = a.workspace;
  m.next = m.x + m.rows * m.ld;
  m.gram = m.next + m.rows * m.ld;
  m.polynomial = m.gram + m.rows * m.square_ld;
  m.workspace = m.polynomial + m.rows * m.square_ld;
  memset(m.x, 0, size_t(m.rows * m.ld) * sizeof(T));
  memset(m.gram, 0, size_t(m.rows * m.square_ld) * sizeof(T));
  double squares = 0;
  for_each_number(a.w, a.k, a.n, m.ld,
                  [&](int64_t at, int64_t) { squares += double(a.direction[at]) * double(a.direction[at]); });
  const double norm = ::sqrt(squares), least = 1e-7;
  const T inverse = T(1 / (norm > least ? norm : least));
  for_each_number(a.w, a.k, a.n, m.ld, [&](int64_t at, int64_t plain) { m.x[plain] = a.direction[at] * inverse; });
  for (int i = 0; i < 5; i++) m.iterate();
  const double ratio = double(a.n) / double(a.k);
  const T rate = T(scalars_of(a.optimizer, step.hyper)[0] * ::sqrt(ratio > 1 ? ratio : 1));
  for_each_number(a.w, a.k, a.n, m.ld, [&](int64_t at, int64_t plain) { a.w[at] -= rate * m.x[plain]; });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
