// Blocked GEMM for any matrices, after Goto & van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
// A is never packed: a tile broadcasts its numbers from where they lie. B is packed into panels, a block of it at a
// time (second-level cache). Every element of C is one chain of FMAs over k in order, begun at beta C, whatever the
// blocks.
#pragma once
#include <stdint.h>

#include "activation/functions.h"
#include "gemm/arguments.h"
#include "gemm/in_place.h"
#include "gemm/pack.h"
#include "gemm/product.h"
#include "op.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t kc_rows = 512, mc_rows = 192;
template <class T> constexpr int64_t nc_columns = 8 * panel_vectors * Vec<T>::lanes;
static_assert(kc_rows * nc_columns<float> * sizeof(float) <= gemm_workspace_bytes);

// A tile of C for a micro-kernel, which writes whole vectors: in place, or where its last vector is not whole, a copy
// that is put back.
template <class T> class WholeTile {
 public:
  T* c;
  int64_t ldc;

  WholeTile(T* at, int64_t ld, int64_t rows, int64_t columns, bool stored)
      : c(at), ldc(ld), c_(at), ldc_(ld), rows_(rows), columns_(columns) {
    const int64_t width = round_to_lanes<T>(columns);
    if (width == columns) return;
    c = copy_;
    ldc = width;
    if (stored) copy<true>();
  }
  void put_back() {
    if (c != c_) copy<false>();
  }

 private:
  template <bool in> __attribute__((noinline)) void copy() {
    for (int64_t i = 0; i < rows_; i++)
      for (int64_t j = 0; j < columns_; j += Vec<T>::lanes) {
        T *const whole = copy_ + i * ldc + j, *const part = c_ + i * ldc_ + j;
        if constexpr (in)
          load_lanes(part, columns_ - j).store(whole);
        else
          store_lanes(Vec<T>::load(whole), part, columns_ - j);
      }
  }

  T* c_;
  int64_t ldc_, rows_, columns_;
  alignas(64) T copy_[tile_rows * tile_vectors * Vec<T>::lanes];
};

// C = f(C + bias) on a tile just stored.
template <class T> __attribute__((noinline)) void finish_tile(const GemmArguments<T>& g, T* c, const T* bias,
                                                              int64_t rows, int64_t columns) {
  using V = Vec<T>;
  with_function(g.activation, V::set1(g.slope), [&](auto&& f) {
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < columns; j += V::lanes) {
        T* const at = c + i * g.ldc + j;
        const V add = bias ? load_lanes(bias + j, columns - j) : V::zero();
        store_lanes(f(load_lanes(at, columns - j) + add), at, columns - j);
      }
  });
}

// How a panel of B comes to the tiles.
enum class PackPolicy {
  ahead,       // packed before: it is transposed or scaled, or no tile reads it where it lies
  in_passing,  // packed by the first row of tiles that uses it
  shallow,  // so shallow that few rows of A read it faster where it lies, in the first-level cache and its page table
};
constexpr int64_t shallow_rows = 4 * tile_rows, shallow_depth = 96;

template <class T> inline PackPolicy pack_policy(const GemmArguments<T>& g, int64_t m, int64_t depth) {
  const bool as_it_lies = wide_tile && !g.transpose_b && g.alpha == T(1);
  if (!as_it_lies || m < tile_rows) return PackPolicy::ahead;
  return g.m <= shallow_rows && depth <= shallow_depth ? PackPolicy::shallow : PackPolicy::in_passing;
}

// A block of A [m][depth], a panel of B [depth][columns], and the part of C that they make.
template <class T> struct GemmPanel {
  const GemmArguments<T>& g;
  int64_t depth, m, column, columns;
  bool first, last;  // block of k
  const T* a;        // A(i, k) = a[i * a_row + k * a_k]
  int64_t a_row, a_k;
  const T* b;  // where it lies
  T* packed;
  T* c;

  int64_t vectors() const { return (columns + Vec<T>::lanes - 1) / Vec<T>::lanes; }
  int64_t ld() const { return vectors() * Vec<T>::lanes; }

  // One tile of C by `multiply`: `rows` rows from row i on, `width` numbers from number j of the panel on.
  template <class Multiply> void tile(int64_t i, int64_t j, int64_t rows, int64_t width, Multiply&& multiply) const {
    const bool stored = !first || g.beta != T(0);  // else C may hold anything, NaN too
    T* const at = c + i * g.ldc + j;
    WholeTile<T> whole(at, g.ldc, rows, width, stored);
    multiply(Product<T>{depth, a + i * a_row, a_row, a_k, nullptr, 0, whole.c, whole.ldc,
                        stored ? Begin::stored : Begin::zero, nullptr, nullptr});
    whole.put_back();
    if (last && (g.bias || g.activation != Activation::Identity))
      finish_tile(g, at, g.bias ? g.bias + column + j : nullptr, rows, width);
  }

  void pack() const {
    if (g.transpose_b)
      pack_transposed(b, g.ldb, depth, columns, g.alpha, packed, ld());
    else
      pack_rows(b, g.ldb, depth, columns, g.alpha, packed, ld());
  }

  // Whole rows of tiles from B where it lies: all of them where B is shallow, else the first, which keeps B packed.
  int64_t rows_in_place(PackPolicy policy) const {
    int64_t i = 0;
    if constexpr (wide_tile) {
      const int edge = int(columns - (vectors() - 1) * Vec<T>::lanes);
      do {
        tile(i, 0, tile_rows, columns, [&](Product<T> p) {
          p.b = b;
          p.ldb = g.ldb;
          multiply_in_place(p, vectors(), edge, policy == PackPolicy::in_passing ? packed : nullptr);
        });
        i += tile_rows;
      } while (policy == PackPolicy::shallow && i + tile_rows <= m);
      if (policy == PackPolicy::shallow && i < m) pack();
    }
    return i;
  }

  // The tiles from row i on, from the packed panel.
  void macro_kernel(int64_t i) const {
    for (; i < m; i += tile_rows)  // 5.
      for (int64_t v = 0; v < vectors(); v += tile_vectors) {
        const int64_t j = v * Vec<T>::lanes,
                      width = columns - j < tile_vectors * Vec<T>::lanes ? columns - j : tile_vectors * Vec<T>::lanes;
        tile(i, j, m - i < tile_rows ? m - i : tile_rows, width, [&](Product<T> p) {
          p.b = packed + j;
          p.ldb = ld();
          multiply_tile(p, m - i, vectors() - v);
        });
      }
  }
};

// Few rows of A: B is read once, where it lies, over all of k.
template <class T> inline void gemm_few_rows(const GemmPanel<T>& all) {
  constexpr int64_t lanes = Vec<T>::lanes;
  for (int64_t j = 0, width; j < all.columns; j += width) {
    const int64_t strip = strip_width(all.m, (all.columns - j + lanes - 1) / lanes);
    width = all.columns - j < strip * lanes ? all.columns - j : strip * lanes;
    all.tile(0, j, all.m, width, [&](Product<T> p) {
      p.b = all.b + j;
      p.ldb = all.g.ldb;
      multiply_strip<T, few_rows>(p, all.m, strip, int(width - (strip - 1) * lanes));
    });
  }
}

// C times beta.
template <class T> inline void scale_c(const GemmArguments<T>& g) {
  const Vec<T> beta = Vec<T>::set1(g.beta);
  for (int64_t i = 0; i < g.m; i++)
    for (int64_t j = 0; j < g.n; j += Vec<T>::lanes) {
      T* const at = g.c + i * g.ldc + j;
      store_lanes(load_lanes(at, g.n - j) * beta, at, g.n - j);
    }
}

template <class T> void gemm(const GemmArguments<T>& arguments) {
  constexpr int64_t lanes = Vec<T>::lanes, panel = panel_vectors * lanes;
  GemmArguments<T> g = arguments;
  if (g.m <= 0 || g.n <= 0) return;
  if (g.beta != T(0) && g.beta != T(1)) {
    scale_c(g);
    g.beta = T(1);
  }
  // BLAS: A and B are not read where alpha is 0. One empty block of k still writes C.
  if (g.alpha == T(0)) g.k = 0;
  const int64_t a_row = g.transpose_a ? 1 : g.lda, a_k = g.transpose_a ? g.lda : 1;
  if constexpr (wide_tile) {
    if (!g.transpose_b && g.alpha == T(1) && g.m <= few_rows)
      return gemm_few_rows<T>({g, g.k, g.m, 0, g.n, true, true, g.a, a_row, a_k, g.b, nullptr, g.c});
  }
  for (int64_t jc = 0; jc < g.n; jc += nc_columns<T>) {  // 1. columns of B that are packed at a time
    const int64_t n = g.n - jc < nc_columns<T> ? g.n - jc : nc_columns<T>;
    for (int64_t pc = 0; pc == 0 || pc < g.k; pc += kc_rows) {  // 2. a block of k
      const int64_t depth = g.k - pc < kc_rows ? g.k - pc : kc_rows;
      for (int64_t ic = 0; ic < g.m; ic += mc_rows) {  // 3. rows of A that stay close
        const int64_t m = g.m - ic < mc_rows ? g.m - ic : mc_rows;
        for (int64_t j = 0, columns; j < n; j += columns) {  // 4. panels; 5. tiles: macro_kernel
          // Four vectors go as two and two: a tile of one vector would wait for its broadcasts.
          const int64_t left = n - j, widest = left > 3 * lanes && left <= 4 * lanes ? 2 * lanes : panel,
                        column = jc + j;
          columns = left < widest ? left : widest;
          const GemmPanel<T> work = {
              .g = g,
              .depth = depth,
              .m = m,
              .column = column,
              .columns = columns,
              .first = pc == 0,
              .last = pc + kc_rows >= g.k,
              .a = g.a + ic * a_row + pc * a_k,
              .a_row = a_row,
              .a_k = a_k,
              .b = g.transpose_b ? g.b + column * g.ldb + pc : g.b + pc * g.ldb + column,
              .packed = static_cast<T*>(g.workspace) + j * depth,
              .c = g.c + ic * g.ldc + column,
          };
          const PackPolicy policy = pack_policy(g, m, depth);
          int64_t done = 0;
          if (ic == 0 && policy == PackPolicy::ahead)
            work.pack();
          else if (ic == 0)
            done = work.rows_in_place(policy);
          work.macro_kernel(done);
        }
      }
    }
  }
}

template void gemm(const GemmArguments<float>&);
template void gemm(const GemmArguments<double>&);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
