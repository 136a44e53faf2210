// Updates from partial gradients: the groups' sums are added by a fixed binary tree, then the optimizer runs, then the
// copies that follow from the weights are written.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "conv/gradient_product.h"
#include "gemm/panels.h"
#include "op.h"
#include "optimizer/optimizer.h"
#include "reduce/groups.h"
#include "simd/vec.h"
#include "winograd/filter_copies.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct ConvUpdateArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]; not read where there are groups
  const T* dy;
  int64_t lddy;  // [chunk][lddy]; the same
  T* g;
  int64_t stride,
      groups;      // [groups][stride] partial gradients; without groups the gradient of the chunks so far, or null
  T* w;            // packed [taps][channels][filters]
  T* wt;           // packed [taps, turned][filters][channels], or null
  T *u, *ut;       // of 3x3: transformed copies (winograd/filters.h), or null
  State<T> state;  // as w
  T* workspace;    // this rank's: the gradient of a unit, [taps][lanes][3 vectors], where there are no groups and no g
  ConvGeometry geometry;
  int64_t first_unit, last_unit;
  Optimizer optimizer;
};

// A unit of work: as many channels as a vector has lanes, with all their taps, in one panel; numbered panel by panel.
template <class T> struct ConvUpdate {
  const ConvUpdateArguments<T>& a;
  const Step& step;

  static constexpr int64_t lanes = Vec<T>::lanes;

  void unit(const PanelView<T>& panel, int64_t first) const {
    const ConvGeometry& c = a.geometry;
    const int64_t rows = c.channels - first < lanes ? c.channels - first : lanes, length = rows * panel.ld;
    const int64_t base = panel.column * c.taps() * c.channels + first * panel.ld, tap_length = c.channels * panel.ld;
    if (a.groups == 0) {
      const ConvGradientOperands<T> operands = {
          .x = a.x,
          .ldx = a.ldx,
          .dy = a.dy,
          .lddy = a.lddy,
          .samples = step.chunk,
          .g = c,
          .clear = step.start,
      };
      if (a.g)
        add_gradient(operands, panel, first, first + rows, a.g + base, c.channels);
      else
        add_gradient(operands, panel, first, first + rows, a.workspace, rows);
    }
    if (!step.finish) return;
    alignas(64) T sum[lanes * panel_vectors * lanes];
    for (int64_t tap = 0; tap < c.taps(); tap++) {
      const int64_t at = base + tap * tap_length;
      const T* gradient = a.g ? a.g + at : a.workspace + tap * length;
      if (a.groups > 0) {
        add_groups(gradient, a.stride, a.groups, sum, length);
        gradient = sum;
      }
      update(a.optimizer, a.w + at, gradient, a.state.at(at), length, step.hyper);
      if (a.wt) turn(panel, a.w + at, rows, first, c.taps() - 1 - tap);
    }
    transform_copies(FilterUnit<T>(a.w, panel.column, panel.ld, first, c.channels, c.filters), a.u, a.ut);
  }

  // A tap's block of filters becomes that of the turned tap.
  void turn(const PanelView<T>& panel, const T* block, int64_t rows, int64_t first, int64_t turned_tap) const {
    const ConvGeometry& c = a.geometry;
    const int64_t columns = c.filters - panel.column < panel.ld ? c.filters - panel.column : panel.ld;
    transpose_block(block, panel.ld, rows, columns, first, turned_tap * c.filters + panel.column, a.wt, c.channels,
                    c.taps() * c.filters);
  }
};

// convUpdate: the owner's units: their gradient, made or added up, their update, and the copies that follow from the
// weights.
template <class T> void conv_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<ConvUpdateArguments<T>>(words);
  const ConvUpdate<T> owner = {a, step};
  const ConvGeometry& c = a.geometry;
  const int64_t units = (c.channels + lanes - 1) / lanes;
  for_each_panel_units(a.w, c.taps() * c.channels, c.filters, units, a.first_unit, a.last_unit,
                       [&](const PanelView<T>& panel, int64_t from, int64_t to) {
                         for (int64_t u = from; u < to; u++) owner.unit(panel, u * lanes);
                       });
}

template <class T> struct ConvCopyUpdateArguments {
  const T* w;  // packed [taps][channels][filters]
  T* wt;       // packed [taps, turned][filters][channels]
  int64_t taps, channels, filters, first_unit, last_unit;
};

// convCopyUpdate: the turned copy of units that other processes have updated.
template <class T> void conv_copy_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  if (!step.finish) return;
  const auto a = read_arguments<ConvCopyUpdateArguments<T>>(words);
  const int64_t units = (a.channels + lanes - 1) / lanes;
  for_each_panel_units(
      a.w, a.taps * a.channels, a.filters, units, a.first_unit, a.last_unit,
      [&](const PanelView<T>& panel, int64_t from, int64_t to) {
        const int64_t columns = a.filters - panel.column < panel.ld ? a.filters - panel.column : panel.ld;
        for (int64_t u = from; u < to; u++)
          for (int64_t tap = 0; tap < a.taps; tap++) {
            const int64_t first = u * lanes, left = a.channels - first;
            const T* block = a.w + panel.column * a.taps * a.channels + (tap * a.channels + first) * panel.ld;
            transpose_block(block, panel.ld, left < lanes ? left : lanes, columns, first,
                            (a.taps - 1 - tap) * a.filters + panel.column, a.wt, a.channels, a.taps * a.filters);
          }
      });
}

template <class T> struct VectorUpdateArguments {
  const T* g;
  int64_t stride, groups;  // [groups][stride]
  T* b;                    // [n padded]
  State<T> state;          // as b
  int64_t first_vector, last_vector;
  Optimizer optimizer;
};

// vectorUpdate: the same for the vectors of a bias, or of any parameters that are one row.
template <class T> void vector_update(const Word* words, const Step& step) {
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<VectorUpdateArguments<T>>(words);
  if (!step.finish) return;
  for (int64_t v = a.first_vector; v < a.last_vector; v++) {
    const int64_t at = v * lanes;
    alignas(64) T sum[lanes];
    add_groups(a.g + at, a.stride, a.groups, sum, lanes);
    update(a.optimizer, a.b + at, sum, a.state.at(at), lanes, step.hyper);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
