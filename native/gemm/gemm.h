// Blocked GEMM for any matrices, after Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008):
//
//   1. for jc over n in steps of nc
//   2.   for pc over k in steps of kc        alpha B[pc.., jc..] in panels (second-level cache)
//   3.     for ic over m in steps of mc
//   4.       for jr over the panels
//   5.         for ir over mc in steps of the tile
//
// A is never packed: a tile broadcasts its numbers from where they lie. B is packed by the first row of tiles that uses
// it, in passing; only a transposed or scaled B is packed ahead. Few rows, or few rows of a shallow B, read it in place.
//
// Every element of C is one chain of FMAs over k in order, begun at beta C, whatever the blocks.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t kc_rows = 512, mc_rows = 192;
template <class T> constexpr int64_t nc_columns = 8 * panel_vectors * Vec<T>::lanes;
static_assert(kc_rows * nc_columns<float> * sizeof(float) <= gemm_workspace_bytes);

// Packs alpha * B^T [depth][columns] of one panel, where B lies as [columns][depth]: squares transposed in registers.
template <class T> inline void pack_transposed(const T* b, int64_t ldb, int64_t depth, int64_t columns, T alpha, T* out, int64_t ld) {
  using V = Vec<T>;
  constexpr int lanes = V::lanes;
  const V factor = V::set1(alpha);
  for (int64_t j = 0; j < ld; j += lanes) {
    for (int64_t k = 0; k < depth; k += lanes) {
      const int deep = depth - k < lanes ? int(depth - k) : lanes;
      V square[lanes];
      HEDDLE_UNROLL
      for (int i = 0; i < lanes; i++)
        square[i] = j + i < columns ? V::load_partial(b + (j + i) * ldb + k, deep) * factor : V::zero();
      transpose(square);
      for (int i = 0; i < deep; i++) square[i].store(out + (k + i) * ld + j);
    }
  }
}

// One tile of C over one block of k.
template <class T, bool InPlace> struct GemmTile {
  const GemmArguments<T>& g;
  const T* a;           // A(i, k) = a[i * a_row + k * a_k]
  int64_t a_row, a_k;
  int64_t depth;
  bool first, last;     // block of k
  T* c;
  int64_t columns;      // of C that are left from here on
  const T* b;           // rows of B, ldb apart: packed, or in place
  int64_t ldb;
  T* keep;              // where to keep B's rows that are read in place, or null
  const T* bias;

  template <int M, int N> inline void run() {
    constexpr int lanes = Vec<T>::lanes;
    const int edge = columns >= N * lanes ? lanes : int(columns - (N - 1) * lanes);
    Tile<T, M, N> tile;
    if (first && g.beta == T(0)) {
      tile.clear();  // C may hold anything, NaN too
    } else {
      if (edge == lanes) tile.load(c, g.ldc);
      else tile.load_edge(c, g.ldc, edge);
      if (first && g.beta != T(1)) {
        const Vec<T> beta = Vec<T>::set1(g.beta);
        for (int i = 0; i < M; i++)
          for (int j = 0; j < N; j++) tile.c[i][j] = tile.c[i][j] * beta;
      }
    }
    if constexpr (InPlace) accumulate_in_place(tile, depth, a, a_row, a_k, b, ldb, edge, keep);
    else tile.accumulate(depth, a, a_row, a_k, b, ldb);
    if (edge == lanes) tile.store(c, g.ldc);
    else tile.store_edge(c, g.ldc, edge);
    if (last && (bias || g.function != identity)) finish(M, N, edge);
  }

  // C = f(C + bias) on the tile just stored.
  inline void finish(int rows, int vectors, int edge) const {
    using V = Vec<T>;
    const V slope = V::set1(g.slope);
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < vectors; j++) {
        const int n = j == vectors - 1 ? edge : V::lanes;
        T* at = c + i * g.ldc + j * V::lanes;
        const V add = bias ? V::load_partial(bias + j * V::lanes, n) : V::zero();
        apply(g.function, slope, V::load_partial(at, n) + add).store_partial(at, n);
      }
  }
};

// Packs alpha * B [depth][columns] of one panel whose rows lie ldb apart.
template <class T> inline void pack_rows(const T* b, int64_t ldb, int64_t depth, int64_t columns, T alpha, T* out, int64_t ld) {
  using V = Vec<T>;
  const V factor = V::set1(alpha);
  for (int64_t k = 0; k < depth; k++)
    for (int64_t j = 0; j < ld; j += V::lanes) {
      const int n = columns - j < V::lanes ? int(columns - j) : V::lanes;
      (V::load_partial(b + k * ldb + j, n) * factor).store(out + k * ld + j);
    }
}

// A B of so few rows stays in reach of the first-level cache and its page table where it lies: not worth packing for so
// few rows of A.
constexpr int64_t shallow_rows = 4 * tile_rows, shallow_depth = 96;

// Few rows: B is read once, where it lies, in strips as wide as the registers allow, over all of k.
constexpr int64_t few_rows = tile_rows / 2;
template <class T, int M> inline void gemm_few_rows(const GemmArguments<T>& g, GemmTile<T, true> tile) {
  if constexpr (M > 1) {
    if (g.m < M) return gemm_few_rows<T, M - 1>(g, tile);
  }
  constexpr int lanes = Vec<T>::lanes, wide = tile_rows * tile_vectors / M < 8 ? tile_rows * tile_vectors / M : 8;
  for (tile.columns = g.n; tile.columns > 0;) {
    const int64_t vectors = (tile.columns + lanes - 1) / lanes, step = vectors >= wide ? wide : vectors >= tile_vectors ? tile_vectors : 1;
    if (step == wide) tile.template run<M, wide>();
    else if (step == tile_vectors) tile.template run<M, tile_vectors>();
    else tile.template run<M, 1>();
    tile.columns -= step * lanes;
    tile.c += step * lanes;
    tile.b += step * lanes;
    if (tile.bias) tile.bias += step * lanes;
  }
}

template <class T> void gemm(const GemmArguments<T>& g) {
  constexpr int64_t lanes = Vec<T>::lanes, panel = panel_vectors * lanes;
  const int64_t a_row = g.transpose_a ? 1 : g.lda, a_k = g.transpose_a ? g.lda : 1;
  // BLAS: A and B are not read where alpha is 0. One empty block of k still scales C.
  const int64_t k = g.alpha == T(0) ? 0 : g.k;
  if (g.m <= 0 || g.n <= 0) return;
  const bool in_place = !g.transpose_b && g.alpha == T(1) && tile_vectors == panel_vectors;
  if (in_place && g.m <= few_rows)
    return gemm_few_rows<T, few_rows>(g, {g, g.a, a_row, a_k, k, true, true, g.c, g.n, g.b, g.ldb, nullptr, g.bias});
  T* const workspace = static_cast<T*>(g.workspace);
  for (int64_t jc = 0; jc < g.n; jc += nc_columns<T>) {
    const int64_t n = g.n - jc < nc_columns<T> ? g.n - jc : nc_columns<T>;
    for (int64_t pc = 0; pc == 0 || pc < k; pc += kc_rows) {
      const int64_t depth = k - pc < kc_rows ? k - pc : kc_rows;
      const bool first = pc == 0, last = pc + kc_rows >= k;
      for (int64_t ic = 0; ic < g.m; ic += mc_rows) {
        const int64_t m = g.m - ic < mc_rows ? g.m - ic : mc_rows;
        for (int64_t j0 = 0, columns; j0 < n; j0 += columns) {
          // Four vectors go as two and two: a tile of one vector would wait for its broadcasts.
          const int64_t left = n - j0, widest = left > 3 * lanes && left <= 4 * lanes ? 2 * lanes : panel;
          columns = left < widest ? left : widest;
          const int64_t column = jc + j0, vectors = (columns + lanes - 1) / lanes;
          const int64_t ld = vectors * lanes;
          const T* const bias = g.bias ? g.bias + column : nullptr;
          const T* const a = g.a + ic * a_row + pc * a_k;
          const T* const b = g.transpose_b ? g.b + column * g.ldb + pc : g.b + pc * g.ldb + column;
          T* const c = g.c + ic * g.ldc + column;
          T* const packed = workspace + j0 * depth;
          int64_t i = 0;
          if (ic == 0) {
            if (g.transpose_b) {
              pack_transposed(b, g.ldb, depth, columns, g.alpha, packed, ld);
            } else if (in_place && m >= tile_rows) {
              const bool shallow = g.m <= shallow_rows && depth <= shallow_depth;
              do {
                GemmTile<T, true> tile{g, a + i * a_row, a_row, a_k, depth, first, last, c + i * g.ldc, columns,
                                       b, g.ldb, shallow ? nullptr : packed, bias};
                with_vectors<tile_rows, tile_vectors>(vectors, tile);
                i += tile_rows;
              } while (shallow && i + tile_rows <= m);
              if (shallow && i < m) pack_rows(b, g.ldb, depth, columns, g.alpha, packed, ld);
            } else {
              pack_rows(b, g.ldb, depth, columns, g.alpha, packed, ld);
            }
          }
          for (; i < m; i += tile_rows)
            for (int64_t v = 0; v < vectors; v += tile_vectors) {
              const int64_t at = v * lanes;
              GemmTile<T, false> tile{g, a + i * a_row, a_row, a_k, depth, first, last, c + i * g.ldc + at, columns - at,
                                      packed + at, ld, nullptr, bias ? bias + at : nullptr};
              with_tile<tile_rows, tile_vectors>(m - i, vectors - v, tile);
            }
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
    HEDDLE_UNROLL
    for (int i = 0; i < chains; i++) sum[i] = fma(sum[i], a, b);
  }
  T total = 0;
  for (int i = 0; i < chains; i++) total += fold_sum(sum[i]);
  return double(total);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
