// Blocked GEMM for any matrices, after Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008):
//
//   1. for jc over n in steps of nc
//   2.   for pc over k in steps of kc        pack alpha B[pc.., jc..] into panels of 3 vectors (second-level cache)
//   3.     for ic over m in steps of mc      pack A[ic.., pc..] where its rows cannot be read in place
//   4.       for jr over the panels          a panel stays in the first-level cache
//   5.         for ir over mc in steps of the tile
//
// Every element of C is one chain of FMAs over k in order, begun at beta C, whatever the blocks.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t kc_rows = 192, mc_rows = 96;
template <class T> constexpr int64_t nc_columns = 8 * panel_vectors * Vec<T>::lanes;
static_assert(kc_rows * nc_columns<float> * sizeof(float) <= gemm_workspace_bytes);

// Packs alpha * B[depth][n] into panels; op(B)(k, j) = b[k * row + j * column].
template <class T> inline void pack_panels(const T* b, int64_t row, int64_t column, int64_t depth, int64_t n, T alpha, T* out) {
  using V = Vec<T>;
  constexpr int64_t panel = panel_vectors * V::lanes;
  const V factor = V::set1(alpha);
  for (int64_t j0 = 0; j0 < n; j0 += panel) {
    const int64_t columns = n - j0 < panel ? n - j0 : panel, ld = (columns + V::lanes - 1) / V::lanes * V::lanes;
    const bool whole = column == 1 && columns == ld;
    for (int64_t k = 0; k < depth; k++) {
      const T* from = b + k * row + j0 * column;
      T* to = out + k * ld;
      if (whole) {
        for (int64_t j = 0; j < ld; j += V::lanes) (V::load(from + j) * factor).store(to + j);
      } else {
        for (int64_t j = 0; j < columns; j++) to[j] = from[j * column] * alpha;
        for (int64_t j = columns; j < ld; j++) to[j] = 0;
      }
    }
    out += depth * ld;
  }
}

template <class T> struct GemmTiles {
  const GemmArguments<T>& g;
  const T* a;               // of this block: A(i, k) = a[i * a_row + k * a_k]
  int64_t a_row, a_k, depth;
  bool first, last;         // block of k
  T* c = nullptr;           // the tile's corner
  const T* b = nullptr;
  const T* bias = nullptr;
  int64_t ldb = 0, columns = 0, i = 0;

  template <int M, int N> inline void run() {
    constexpr int64_t lanes = Vec<T>::lanes;
    Tile<T, M, N> tile;
    alignas(64) T edge[M * N * lanes];
    const bool whole = columns >= N * lanes;
    const int64_t width = whole ? N * lanes : columns;
    // At an edge the tile works on a copy, so that nothing outside C is read or written.
    T* at = whole ? c : edge;
    const int64_t ld = whole ? g.ldc : N * lanes;
    if (first && g.beta == T(0)) tile.clear();  // C may hold anything, NaN too
    else {
      if (!whole) copy(c, g.ldc, edge, ld, M, width);
      tile.load(at, ld);
      if (first && g.beta != T(1)) {
        const Vec<T> beta = Vec<T>::set1(g.beta);
        for (int r = 0; r < M; r++)
          for (int j = 0; j < N; j++) tile.c[r][j] = tile.c[r][j] * beta;
      }
    }
    tile.accumulate(depth, a + i * a_row, a_row, a_k, b, ldb);
    tile.store(at, ld);
    if (last && (bias || g.function != identity)) finish(at, ld, M, width);
    if (!whole) copy(edge, ld, c, g.ldc, M, width);
  }

  static inline void copy(const T* from, int64_t from_ld, T* to, int64_t to_ld, int64_t rows, int64_t columns) {
    for (int64_t r = 0; r < rows; r++)
      for (int64_t j = 0; j < columns; j++) to[r * to_ld + j] = from[r * from_ld + j];
  }

  inline void finish(T* at, int64_t ld, int64_t rows, int64_t width) const {
    using V = Vec<T>;
    for (int64_t r = 0; r < rows; r++)
      for (int64_t j = 0; j < width; j += V::lanes) {
        T lane[V::lanes] = {0}, add[V::lanes] = {0};
        const int64_t n = width - j < V::lanes ? width - j : V::lanes;
        for (int64_t q = 0; q < n; q++) {
          lane[q] = at[r * ld + j + q];
          add[q] = bias ? bias[j + q] : T(0);
        }
        apply(g.function, V::set1(g.slope), V::load(lane) + V::load(add)).store(lane);
        for (int64_t q = 0; q < n; q++) at[r * ld + j + q] = lane[q];
      }
  }
};

template <class T> void gemm(const GemmArguments<T>& g) {
  constexpr int64_t lanes = Vec<T>::lanes, panel = panel_vectors * lanes;
  const int64_t a_row = g.transpose_a ? 1 : g.lda, a_k = g.transpose_a ? g.lda : 1;
  const int64_t b_row = g.transpose_b ? 1 : g.ldb, b_column = g.transpose_b ? g.ldb : 1;
  // k = 0 or alpha = 0 still scales C: one empty block of k. (BLAS: A and B are not read where alpha is 0.)
  const int64_t k = g.alpha == T(0) ? 0 : g.k;
  T* const packed = static_cast<T*>(g.workspace);
  for (int64_t jc = 0; jc < g.n; jc += nc_columns<T>) {
    const int64_t n = g.n - jc < nc_columns<T> ? g.n - jc : nc_columns<T>;
    for (int64_t pc = 0; pc == 0 || pc < k; pc += kc_rows) {
      const int64_t depth = k - pc < kc_rows ? k - pc : kc_rows;
      pack_panels(g.b + pc * b_row + jc * b_column, b_row, b_column, depth, n, g.alpha, packed);
      for (int64_t ic = 0; ic < g.m; ic += mc_rows) {
        const int64_t m = g.m - ic < mc_rows ? g.m - ic : mc_rows;
        GemmTiles<T> tiles{g, g.a + ic * a_row + pc * a_k, a_row, a_k, depth, pc == 0, pc + kc_rows >= k};
        const T* from = packed;
        for (int64_t j0 = 0; j0 < n; j0 += panel) {
          const int64_t columns = n - j0 < panel ? n - j0 : panel, vectors = (columns + lanes - 1) / lanes;
          tiles.ldb = vectors * lanes;
          for (tiles.i = 0; tiles.i < m; tiles.i += tile_rows)
            for (int64_t v = 0; v < vectors; v += tile_vectors) {
              tiles.b = from + v * lanes;
              tiles.columns = columns - v * lanes;
              tiles.c = g.c + (ic + tiles.i) * g.ldc + jc + j0 + v * lanes;
              tiles.bias = g.bias ? g.bias + jc + j0 + v * lanes : nullptr;
              with_tile<tile_rows, tile_vectors>(m - tiles.i, vectors - v, tiles);
            }
          from += depth * tiles.ldb;
        }
      }
    }
  }
}

// As many independent chains of FMAs as hide their latency. Returns a sum so that nothing is optimised away.
template <class T> double fma_peak(int64_t passes) {
  constexpr int chains = tile_rows * tile_vectors;
  Vec<T> sum[chains];
  for (int i = 0; i < chains; i++) sum[i] = Vec<T>::set1(T(i));
  const Vec<T> a = Vec<T>::set1(T(0.999)), b = Vec<T>::set1(T(0.001));
  for (int64_t p = 0; p < passes; p++) {
    _Pragma("GCC unroll 32")
    for (int i = 0; i < chains; i++) sum[i] = fma(sum[i], a, b);
  }
  T total = 0;
  for (int i = 0; i < chains; i++) total += fold_sum(sum[i]);
  return double(total);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
