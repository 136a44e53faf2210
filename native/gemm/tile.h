// The micro-kernel: a tile of C in registers, one chain of FMAs over k per element.
//
//   C[i][j] += sum over k of A(i, k) * B[k][j]     i < M, j < N vectors
//
// A is read where it lies, one number at a time: A(i, k) = a[i * a_row + k * a_k]. B's rows are `ldb` apart and as wide
// as the tile (padding included). Whoever calls it owns the edges: M and N are exact.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T, int M, int N> struct Tile {
  Vec<T> c[M][N];

  inline void clear() {
    _Pragma("GCC unroll 16")
    for (int i = 0; i < M; i++)
      _Pragma("GCC unroll 16")
      for (int j = 0; j < N; j++) c[i][j] = Vec<T>::zero();
  }
  // Every row starts from the same vectors: a bias.
  inline void start_rows(const T* row) {
    _Pragma("GCC unroll 16")
    for (int i = 0; i < M; i++)
      _Pragma("GCC unroll 16")
      for (int j = 0; j < N; j++) c[i][j] = Vec<T>::load(row + j * Vec<T>::lanes);
  }
  inline void load(const T* p, int64_t ld) {
    _Pragma("GCC unroll 16")
    for (int i = 0; i < M; i++)
      _Pragma("GCC unroll 16")
      for (int j = 0; j < N; j++) c[i][j] = Vec<T>::load(p + i * ld + j * Vec<T>::lanes);
  }
  inline void store(T* p, int64_t ld) const {
    _Pragma("GCC unroll 16")
    for (int i = 0; i < M; i++)
      _Pragma("GCC unroll 16")
      for (int j = 0; j < N; j++) c[i][j].store(p + i * ld + j * Vec<T>::lanes);
  }
  inline void accumulate(int64_t depth, const T* a, int64_t a_row, int64_t a_k, const T* b, int64_t ldb) {
    for (int64_t k = 0; k < depth; k++) {
      Vec<T> row[N];
      _Pragma("GCC unroll 16")
      for (int j = 0; j < N; j++) row[j] = Vec<T>::load(b + j * Vec<T>::lanes);
      _Pragma("GCC unroll 16")
      for (int i = 0; i < M; i++) {
        const Vec<T> x = Vec<T>::set1(a[i * a_row]);
        _Pragma("GCC unroll 16")
        for (int j = 0; j < N; j++) c[i][j] = fma(x, row[j], c[i][j]);
      }
      a += a_k;
      b += ldb;
    }
  }
};

// Calls f.template operator()<M, N>() with the run-time m <= M and n <= N as constants.
template <int M, int N, class F> inline void with_tile(int64_t m, int64_t n, F&& f) {
  if constexpr (M > 1) {
    if (m < M) return with_tile<M - 1, N>(m, n, f);
  }
  if constexpr (N > 1) {
    if (n < N) return with_tile<M, N - 1>(m, n, f);
  }
  f.template run<M, N>();
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
