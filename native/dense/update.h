// The gradient and the update of a dense layer, where the owner of some weights makes their gradient over all rows of
// the chunk, in order, and uses it at once.
#pragma once
#include <stdint.h>

#include "gemm/panels.h"
#include "gemm/product.h"
#include "op.h"
#include "optimizer/list.h"
#include "optimizer/optimizer.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// A unit of work: as many rows of k as a vector has lanes, in one panel. Units are numbered panel by panel. (A unit
// never crosses a panel of the transposed copy.)
template <class T> constexpr int64_t unit_rows = Vec<T>::lanes;

template <class T> struct DenseUpdateArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* dy;
  int64_t lddy;    // [chunk][lddy]
  T* w;            // packed [k][n]
  T* wt;           // packed [n][k], or null
  T* g;            // packed gradient of the chunks so far, or null where a minibatch is one chunk
  State<T> state;  // as w
  T* workspace;    // [chunk][3 vectors], this rank's
  int64_t k, n, first_unit, last_unit;
  Optimizer optimizer;
};

template <class T> struct DenseUpdate {
  const DenseUpdateArguments<T>& a;
  const Step& step;

  // This panel's columns of dy, row after row: in place they lie pages apart, and every unit of the panel reads them.
  void pack(const PanelView<T>& panel) const {
    for (int64_t r = 0; r < step.chunk; r++)
      for (int64_t j = 0; j < panel.ld; j += Vec<T>::lanes)
        Vec<T>::load(a.dy + r * a.lddy + panel.column + j).store(a.workspace + r * panel.ld + j);
  }

  // What the update will touch is prefetched while its gradient is computed.
  Prefetch<T> prefetch_of(int64_t offset, int64_t length) const {
    Prefetch<T> prefetch = {{}, 0, 0, length};
    if (step.finish) prefetch.stream[prefetch.streams++] = a.w + offset;
    for (int k = 0; step.finish && k < states_of(a.optimizer) && prefetch.streams < prefetch.most_streams; k++)
      prefetch.stream[prefetch.streams++] = a.state.at(offset).plane(k);
    return prefetch;
  }

  void unit(const PanelView<T>& panel, int64_t k0) const {
    alignas(64) T buffer[unit_rows<T> * panel_vectors * Vec<T>::lanes];
    const int64_t rows = a.k - k0 < unit_rows<T> ? a.k - k0 : unit_rows<T>;
    const int64_t offset = panel.column * a.k + k0 * panel.ld, length = rows * panel.ld;
    T* const gradient = a.g ? a.g + offset : buffer;
    Prefetch<T> prefetch = prefetch_of(offset, length);
    for (int64_t row = 0; row < rows; row += tile_rows)
      for (int64_t vector = 0; vector < panel.vectors; vector += tile_vectors) {
        const int64_t column = vector * Vec<T>::lanes;
        multiply_tile<T>(
            {step.chunk, a.x + k0 + row, 1, a.ldx, a.workspace + column, panel.ld, gradient + row * panel.ld + column,
             panel.ld, step.start ? Begin::zero : Begin::stored, nullptr, step.finish ? &prefetch : nullptr},
            rows - row, panel.vectors - vector);
      }
    if (!step.finish) return;
    T* const w = a.w + offset;
    update(a.optimizer, w, gradient, a.state.at(offset), length, step.hyper);
    const int64_t columns = a.n - panel.column < panel.ld ? a.n - panel.column : panel.ld;
    if (a.wt) transpose_block(w, panel.ld, rows, columns, k0, panel.column, a.wt, a.k, a.n);
  }
};

// denseUpdate: the owner's units of dw = x^T dy, and their update.
template <class T> void dense_update(const Word* words, const Step& step) {
  const auto a = read_arguments<DenseUpdateArguments<T>>(words);
  const DenseUpdate<T> owner = {a, step};
  const int64_t units = (a.k + unit_rows<T> - 1) / unit_rows<T>;
  for_each_panel_units(a.w, a.k, a.n, units, a.first_unit, a.last_unit,
                       [&](const PanelView<T>& panel, int64_t from, int64_t to) {
                         owner.pack(panel);
                         for (int64_t u = from; u < to; u++) owner.unit(panel, u * unit_rows<T>);
                       });
}

template <class T> struct DenseCopyUpdateArguments {
  const T* w;  // packed [k][n]
  T* wt;       // packed [n][k]
  int64_t k, n, first_unit, last_unit;
};

// denseCopyUpdate: the transposed copy of units that other processes have updated.
template <class T> void dense_copy_update(const Word* words, const Step& step) {
  if (!step.finish) return;
  const auto a = read_arguments<DenseCopyUpdateArguments<T>>(words);
  const int64_t units = (a.k + unit_rows<T> - 1) / unit_rows<T>;
  for_each_panel_units(
      a.w, a.k, a.n, units, a.first_unit, a.last_unit, [&](const PanelView<T>& panel, int64_t from, int64_t to) {
        const int64_t columns = a.n - panel.column < panel.ld ? a.n - panel.column : panel.ld;
        for (int64_t u = from; u < to; u++) {
          const int64_t k0 = u * unit_rows<T>, left = a.k - k0;
          transpose_block(a.w + panel.column * a.k + k0 * panel.ld, panel.ld, left < unit_rows<T> ? left : unit_rows<T>,
                          columns, k0, panel.column, a.wt, a.k, a.n);
        }
      });
}

template <class T> struct BiasUpdateArguments {
  const T* dy;
  int64_t lddy;    // [chunk][lddy]
  T *b, *g;        // [n padded]; g may be null
  State<T> state;  // as b
  int64_t first_vector, last_vector;
  Optimizer optimizer;
};

// `count` vectors of db beside each other: their sums are chains of additions that do not wait for one another.
template <int count, class T> void bias_vectors(const BiasUpdateArguments<T>& a, const Step& step, int64_t at) {
  constexpr int64_t lanes = Vec<T>::lanes;
  Vec<T> sum[count];
  HEDDLE_UNROLL
  for (int i = 0; i < count; i++) sum[i] = step.start ? Vec<T>::zero() : Vec<T>::load(a.g + at + i * lanes);
  for (int64_t r = 0; r < step.chunk; r++) {
    HEDDLE_UNROLL
    for (int i = 0; i < count; i++) sum[i] = sum[i] + Vec<T>::load(a.dy + r * a.lddy + at + i * lanes);
  }
  T buffer[count * lanes];
  T* const gradient = a.g ? a.g + at : buffer;
  HEDDLE_UNROLL
  for (int i = 0; i < count; i++) sum[i].store(gradient + i * lanes);
  if (step.finish) update(a.optimizer, a.b + at, gradient, a.state.at(at), count * lanes, step.hyper);
}

// biasUpdate: the owner's vectors of db = sum over rows of dy, in order, and their update.
template <class T> void bias_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<BiasUpdateArguments<T>>(words);
  int64_t v = a.first_vector;
  for (; v + 4 <= a.last_vector; v += 4) bias_vectors<4>(a, step, v * lanes);
  for (; v + 2 <= a.last_vector; v += 2) bias_vectors<2>(a, step, v * lanes);
  if (v < a.last_vector) bias_vectors<1>(a, step, v * lanes);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
