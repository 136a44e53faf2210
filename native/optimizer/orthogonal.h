// Muon's step in phases, each divided into lines (rows of the matrix with its shorter side as rows): a direction made
// nearly orthogonal by Newton-Schulz iterations on the square A = x x^T, and the weights moved along it. Between phases
// all ranks meet. Every number is one chain of multiplications and additions, so nothing depends on who has which
// lines.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "activation/list.h"
#include "gemm/arguments.h"
#include "gemm/panels.h"
#include "op.h"
#include "optimizer/list.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> void gemm(const GemmArguments<T>& g);

// Calls f(packed, plain, step, count) for the numbers of lines [first, last): `count` neighbors of the packed matrix
// [k][n], and the first of them in the plain one, whose rows are its shorter side, with what lies between one and the
// next there.
template <class T, class F>
inline void for_each_line(const T* packed, int64_t k, int64_t n, int64_t ld, int64_t first, int64_t last, F&& f) {
  for_each_panel(packed, k, n, [&](const PanelView<T>& panel) {
    const int64_t end = n - panel.column < panel.ld ? n : panel.column + panel.ld, at = panel.column * k;
    if (k <= n) {
      for (int64_t i = first; i < last; i++)
        f(at + i * panel.ld, i * ld + panel.column, int64_t(1), end - panel.column);
      return;
    }
    const int64_t from = first > panel.column ? first : panel.column, to = last < end ? last : end;
    for (int64_t i = 0; i < k && from < to; i++)
      f(at + i * panel.ld + from - panel.column, from * ld + i, ld, to - from);
  });
}

template <class T> struct OrthogonalBeginArguments {
  const T* direction;  // packed [k][n], zeros in its padding
  T* x;                // [short][ldx]
  int64_t ldx, k, n, first_line, last_line;
};

// orthogonalBegin: x = direction / max(|direction|, 1e-7).
template <class T> void orthogonal_begin(const Word* words, const Step&) {
  using D = Vec<double>;
  const auto a = read_arguments<OrthogonalBeginArguments<T>>(words);
  if (a.first_line >= a.last_line) return;
  const int64_t numbers = a.k * round_to_lanes<T>(a.n);
  D squares = D::zero();
  for (int64_t i = 0; i < numbers; i += D::lanes) {
    const D u = D::load(a.direction + i);
    squares = fma(u, u, squares);
  }
  const double norm = ::sqrt(fold_sum(squares)), least = 1e-7;
  const T inverse = T(1 / (norm > least ? norm : least));
  for_each_line(a.direction, a.k, a.n, a.ldx, a.first_line, a.last_line,
                [&](int64_t packed, int64_t plain, int64_t step, int64_t count) {
                  for (int64_t j = 0; j < count; j++) a.x[plain + j * step] = a.direction[packed + j] * inverse;
                });
}

// A symmetric matrix whose lower triangle `lower(first, last)` makes, some lines at a time, in columns [0, last): what
// lies below the diagonal goes above it too.
template <class T, class Lower> inline void symmetric(T* c, int64_t ld, int64_t first, int64_t last, Lower&& lower) {
  constexpr int64_t lines = 48, block = 16;
  for (int64_t from = first, to; from < last; from = to) {
    to = from + lines < last ? from + lines : last;
    lower(from, to);
    for (int64_t i0 = from; i0 < to; i0 += block)
      for (int64_t j0 = 0; j0 < i0 + block; j0 += block)
        for (int64_t j = j0; j < j0 + block && j < to; j++)
          for (int64_t i = i0 > j ? i0 : j + 1; i < i0 + block && i < to; i++) c[j * ld + i] = c[i * ld + j];
  }
}

template <class T> struct OrthogonalGramArguments {
  const T* x;  // [rows][ldx]
  int64_t ldx;
  T* gram;  // [rows][ldgram]
  int64_t ldgram;
  T* workspace;
  int64_t rows, columns, first_line, last_line;
};

// orthogonalGram: A = x x^T, whose numbers with the larger index in [first, last) are this call's.
template <class T> void orthogonal_gram(const Word* words, const Step&) {
  const auto a = read_arguments<OrthogonalGramArguments<T>>(words);
  symmetric(a.gram, a.ldgram, a.first_line, a.last_line, [&](int64_t from, int64_t to) {
    gemm(GemmArguments<T>{false, true, to - from, to, a.columns, T(1), a.x + from * a.ldx, a.ldx, a.x, a.ldx, T(0),
                          a.gram + from * a.ldgram, a.ldgram, nullptr, Activation::Identity, T(0), a.workspace});
  });
}

template <class T> struct OrthogonalPolynomialArguments {
  const T* gram;  // [rows][ldgram]
  int64_t ldgram;
  T* polynomial;  // [rows][ldpolynomial]
  int64_t ldpolynomial;
  T* workspace;
  int64_t rows, first_line, last_line;
};

// orthogonalPolynomial: P = 3.4445 I - 4.7750 A + 2.0315 A A, divided as the gram is.
template <class T> void orthogonal_polynomial(const Word* words, const Step&) {
  const auto a = read_arguments<OrthogonalPolynomialArguments<T>>(words);
  symmetric(a.polynomial, a.ldpolynomial, a.first_line, a.last_line, [&](int64_t from, int64_t to) {
    T* const p = a.polynomial + from * a.ldpolynomial;
    gemm(GemmArguments<T>{false, false, to - from, to, a.rows, T(1), a.gram + from * a.ldgram, a.ldgram, a.gram,
                          a.ldgram, T(0), p, a.ldpolynomial, nullptr, Activation::Identity, T(0), a.workspace});
    for (int64_t i = 0; i < to - from; i++) {
      for (int64_t j = 0; j < to; j++)
        p[i * a.ldpolynomial + j] =
            T(2.0315) * p[i * a.ldpolynomial + j] + T(-4.7750) * a.gram[(from + i) * a.ldgram + j];
      p[i * a.ldpolynomial + from + i] += T(3.4445);
    }
  });
}

template <class T> struct OrthogonalProductArguments {
  const T* a;  // [rows][lda]
  int64_t lda;
  const T* b;  // [rows][ldb]
  int64_t ldb;
  T* product;  // [rows][ldproduct]
  int64_t ldproduct;
  T* workspace;
  int64_t rows, first_line, last_line;
};

// orthogonalProduct: a b of polynomials in one symmetric matrix, which is symmetric again; divided as the gram is.
template <class T> void orthogonal_product(const Word* words, const Step&) {
  const auto a = read_arguments<OrthogonalProductArguments<T>>(words);
  symmetric(a.product, a.ldproduct, a.first_line, a.last_line, [&](int64_t from, int64_t to) {
    gemm(GemmArguments<T>{false, false, to - from, to, a.rows, T(1), a.a + from * a.lda, a.lda, a.b, a.ldb, T(0),
                          a.product + from * a.ldproduct, a.ldproduct, nullptr, Activation::Identity, T(0),
                          a.workspace});
  });
}

template <class T> struct OrthogonalEndArguments {
  const T* q;  // [short][ldq]
  int64_t ldq;
  const T* x;  // [short][ldx]
  int64_t ldx;
  T* moved;  // [short][ldmoved]
  int64_t ldmoved;
  T* workspace;
  T* w;  // packed [k][n]
  int64_t k, n, first_line, last_line;
  Optimizer optimizer;  // the rule whose first number is the rate
};

// orthogonalEnd: w -= lr sqrt(max(1, n / k)) Q x.
template <class T> void orthogonal_end(const Word* words, const Step& step) {
  const auto a = read_arguments<OrthogonalEndArguments<T>>(words);
  const int64_t rows = a.k < a.n ? a.k : a.n, columns = a.k < a.n ? a.n : a.k, lines = a.last_line - a.first_line;
  if (lines <= 0) return;
  gemm(GemmArguments<T>{false, false, lines, columns, rows, T(1), a.q + a.first_line * a.ldq, a.ldq, a.x, a.ldx, T(0),
                        a.moved + a.first_line * a.ldmoved, a.ldmoved, nullptr, Activation::Identity, T(0),
                        a.workspace});
  const double ratio = double(a.n) / double(a.k);
  const T rate = T(scalars_of(a.optimizer, step.hyper)[0] * ::sqrt(ratio > 1 ? ratio : 1));
  for_each_line(a.w, a.k, a.n, a.ldmoved, a.first_line, a.last_line,
                [&](int64_t packed, int64_t plain, int64_t next, int64_t count) {
                  for (int64_t j = 0; j < count; j++) a.w[packed + j] -= rate * a.moved[plain + j * next];
                });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
