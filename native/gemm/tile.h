// The micro-kernel: a tile of C in registers, one chain of FMAs over k per element.
//
//   C[i][j] += sum over k of A(i, k) * B[k][j]     i < M, j < N vectors
//
// A is read where it lies, one number at a time: A(i, k) = a[i * a_row + k * a_k]. B's rows are `ldb` apart and as wide
// as the tile (padding included). Whoever calls it owns the edges: M and N are exact.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

struct TileStep {
  int64_t a, b;
};

template <class T, int M, int N> struct Tile {
  Vec<T> c[M][N];

  inline void clear() {
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) HEDDLE_UNROLL
    for (int j = 0; j < N; j++) c[i][j] = Vec<T>::zero();
  }
  // Every row starts from the same vectors: a bias.
  inline void start_rows(const T* row) {
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) HEDDLE_UNROLL
    for (int j = 0; j < N; j++) c[i][j] = Vec<T>::load(row + j * Vec<T>::lanes);
  }
  inline void load(const T* p, int64_t ld) {
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) HEDDLE_UNROLL
    for (int j = 0; j < N; j++) c[i][j] = Vec<T>::load(p + i * ld + j * Vec<T>::lanes);
  }
  inline void store(T* p, int64_t ld) const {
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) HEDDLE_UNROLL
    for (int j = 0; j < N; j++) c[i][j].store(p + i * ld + j * Vec<T>::lanes);
  }
  inline void accumulate(int64_t depth, const T* a, int64_t a_row, int64_t a_k, const T* b, int64_t ldb) {
    for (int64_t k = 0; k < depth; k++) {
      Vec<T> row[N];
      HEDDLE_UNROLL
      for (int j = 0; j < N; j++) row[j] = Vec<T>::load(b + j * Vec<T>::lanes);
      HEDDLE_UNROLL
      for (int i = 0; i < M; i++) {
        const Vec<T> x = Vec<T>::set1(a[i * a_row]);
        HEDDLE_UNROLL
        for (int j = 0; j < N; j++) c[i][j] = fma(x, row[j], c[i][j]);
      }
      a += a_k;
      b += ldb;
    }
  }
  // The same with rows of A that lie anywhere: A(i, k) = a[i][offset + k * a_k]. With fewer pointers than rows, the
  // second half of the rows lies `far` from the first. Of B's last vector, `last` numbers are read where Edge.
  template <bool Edge, int P> inline void accumulate_rows(int64_t depth, const T* const (&a)[P], int64_t offset,
                                                          int64_t far, int64_t a_k, const T* b, int64_t ldb, int last) {
    for (const int64_t end = offset + depth * a_k; offset != end; offset += a_k, b += ldb)
      multiply_rows<Edge>(a, offset, far, b, last);
  }
  // The same where k is a list of steps: A(i, k) = a[i][offset + steps[k].a], B's row k at b + steps[k].b.
  template <bool Edge, int P> inline void accumulate_steps(const TileStep* steps, int64_t depth, const T* const (&a)[P],
                                                           int64_t offset, int64_t far, const T* b, int last) {
    for (const TileStep* const end = steps + depth; steps != end; steps++)
      multiply_rows<Edge>(a, offset + steps->a, far, b + steps->b, last);
  }
  template <bool Edge, int P>
  inline void multiply_rows(const T* const (&a)[P], int64_t offset, int64_t far, const T* b, int last) {
    Vec<T> row[N];
    HEDDLE_UNROLL
    for (int j = 0; j < N; j++)
      row[j] =
          Edge && j == N - 1 ? Vec<T>::load_partial(b + j * Vec<T>::lanes, last) : Vec<T>::load(b + j * Vec<T>::lanes);
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) {
      const Vec<T> x = Vec<T>::set1(i < P ? a[i][offset] : a[i - P][offset + far]);
      HEDDLE_UNROLL
      for (int j = 0; j < N; j++) c[i][j] = fma(x, row[j], c[i][j]);
    }
  }
};

// Calls f.run<M, N>() with the run-time m <= M and n <= N as constants.
template <int M, int N, class F> inline void with_vectors(int64_t n, F&& f) {
  if constexpr (N > 1) {
    if (n < N) return with_vectors<M, N - 1>(n, f);
  }
  f.template run<M, N>();
}
template <int M, int N, class F> inline void with_tile(int64_t m, int64_t n, F&& f) {
  if constexpr (M > 1) {
    if (m < M) return with_tile<M - 1, N>(m, n, f);
  }
  with_vectors<M, N>(n, f);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
