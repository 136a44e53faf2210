// The update of the filters where an owner computes the gradient of its units.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "gemm/panels.h"
#include "op.h"
#include "optimizer/optimizer.h"
#include "simd/vec.h"
#include "winograd/filter_copies.h"
#include "winograd/generic.h"
#include "winograd/unit_sums.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct WinogradUpdateArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* dy;
  int64_t lddy;    // [chunk][lddy]
  T* g;            // the sums of the chunks so far, units of all panels, or null where a minibatch is one chunk
  T* w;            // packed [tap][channel][filters]
  T *u, *ut;       // its transformed copies
  State<T> state;  // as w
  T* workspace;    // this rank's
  ConvGeometry geometry;
  int64_t pool;  // 0, or the size of the windows that z is pooled in
  int64_t first_unit, last_unit;
  Optimizer optimizer;
};

template <class T> struct WinogradUpdate : WinogradUpdateArguments<T> {
  const Step& step;

  // The unit's new filters, from its sum.
  void finish(const PanelView<T>& panel, int64_t unit, const T* sum) const {
    constexpr int64_t lanes = Vec<T>::lanes;
    alignas(64) T gradient[9 * lanes * panel_vectors * lanes];
    const FilterUnit<T> filters(this->w, panel.column, panel.ld, unit * lanes, this->geometry.channels,
                                this->geometry.filters);
    unit_gradient(sum, filters.rows, panel.ld, gradient, lanes * panel.ld);
    for (int64_t tap = 0; tap < 9; tap++) {
      const int64_t at = filters.w - this->w + tap * filters.tap_stride;
      update(this->optimizer, this->w + at, gradient + tap * lanes * panel.ld, this->state.at(at),
             filters.rows * panel.ld, step.hyper);
    }
    transform_copies(filters, this->u, this->ut);
  }
};

// winogradUpdate: the owner's units of the gradient over all rows of the chunk, in order, their update, and the copies.
template <class T> void winograd_update(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return generic::winograd_update<double>(words, step);
  const WinogradUpdate<T> a{read_arguments<WinogradUpdateArguments<T>>(words), step};
  const ConvGeometry& c = a.geometry;
  if (a.first_unit >= a.last_unit) return;
  const WinogradSum<T> sum{{a.x, a.ldx, c.height, c.width, c.channels},
                           {a.dy, a.lddy, c.out_height, c.out_width, c.filters},
                           delta_grid(c, a.pool),
                           c.pad_top,
                           c.pad_left,
                           step.chunk,
                           step.start,
                           a.first_unit,
                           a.last_unit,
                           a.workspace};
  const int64_t units = sum.units_of_panel(), first_column = a.first_unit / units * panel_vectors * Vec<T>::lanes;
  T* const own = a.workspace + sum.workspace_numbers();
  for (int64_t group = 0; group < units; group += winograd_group_units) {
    const UnitSums<T> sums =
        a.g ? UnitSums<T>{a.g, 0, 0, units} : UnitSums<T>{own, first_column, group, winograd_group_units};
    sum.add(a.w, group, sums);
    if (!step.finish) continue;
    sum.for_each_range(a.w, group, [&](const PanelView<T>& panel, int64_t from, int64_t to) {
      for (int64_t unit = from; unit < to; unit++) a.finish(panel, unit, sums.of(panel, unit));
    });
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
