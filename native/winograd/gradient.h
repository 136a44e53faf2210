// The gradient of 3x3 filters by Winograd's transforms, for groups of samples.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "gemm/panels.h"
#include "op.h"
#include "reduce/groups.h"
#include "simd/vec.h"
#include "winograd/generic.h"
#include "winograd/tiles.h"
#include "winograd/unit_sums.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

template <class T> struct WinogradWeightGradientArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  T* g;
  int64_t stride;  // [groups][stride]: packed as the weights, [tap][channel][filters]
  // Units of all panels: the sum of the group at hand, this rank's, with a stride of 0; or of every group, where groups
  // go on from chunk to chunk.
  T* accumulator;
  int64_t accumulator_stride;
  T* workspace;  // this rank's
  ConvGeometry geometry;
  int64_t pool;  // 0, or the size of the windows that z is pooled in
  int64_t first_slice, last_slice;
};

// winogradWeightGradient: adds a block of samples to its group's sum; the group's last block writes its gradient. Of
// the slices [first, last): units of the group at hand.
template <class T> void winograd_weight_gradient(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return generic::winograd_weight_gradient<double>(words, step);
  constexpr int64_t lanes = Vec<T>::lanes;
  const auto a = read_arguments<WinogradWeightGradientArguments<T>>(words);
  const ConvGeometry& s = a.geometry;
  const int64_t panels = (s.filters + panel_vectors * lanes - 1) / (panel_vectors * lanes),
                units = (s.channels + lanes - 1) / lanes, depth = 9 * s.channels;
  const OwnUnits own(a.first_slice, a.last_slice, step.group, panels * units);
  if (own.first >= own.last) return;
  const WinogradSum<T> sum{{a.x + step.first * a.ldx, a.ldx, s.height, s.width, s.channels},
                           {a.dy + step.first * a.lddy, a.lddy, s.out_height, s.out_width, s.filters},
                           delta_grid(s, a.pool),
                           s.pad_top,
                           s.pad_left,
                           step.rows,
                           step.start,
                           own.first,
                           own.last,
                           a.workspace};
  T* const g = a.g + step.group * a.stride;
  const UnitSums<T> sums{a.accumulator + step.group * a.accumulator_stride, 0, 0, units};
  for (int64_t group = 0; group < units; group += winograd_group_units) sum.add(g, group, sums);
  if (!step.last) return;
  for_each_panel_units(g, depth, s.filters, units, own.first, own.last,
                       [&](const PanelView<T>& panel, int64_t from, int64_t to) {
                         for (int64_t unit = from; unit < to; unit++) {
                           const int64_t left = s.channels - unit * lanes;
                           unit_gradient(sums.of(panel, unit), left < lanes ? left : lanes, panel.ld,
                                         g + panel.column * depth + unit * lanes * panel.ld, s.channels * panel.ld);
                         }
                       });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
