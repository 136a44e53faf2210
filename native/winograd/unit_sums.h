// Winograd's gradient of the weights: at each of the 36 points a product of transformed inputs and transformed deltas,
// summed over tiles in the transformed domain and transformed back once at the end.
//
// The sum lies in units: unit = (panel of filters, as many channels as a vector has lanes), numbered panel by panel,
// each [point][lane][columns of the panel]. Every number of it is one chain over the tiles, sample after sample.
#pragma once
#include <stdint.h>
#include <string.h>

#include "gemm/panels.h"
#include "gemm/product.h"
#include "simd/lanes.h"
#include "simd/vec.h"
#include "winograd/tiles.h"
#include "winograd/transform.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Units of a panel whose inputs are transformed together.
constexpr int64_t winograd_group_units = 8;
// A unit's rows are a whole number of register tiles.
constexpr int winograd_unit_tile = tile_rows % 4 == 0 ? tile_rows : 4;

template <class T> constexpr int64_t unit_numbers(int64_t columns) { return winograd_points * Vec<T>::lanes * columns; }

// Where sums are kept: those of `units` units of a panel from its unit number `first` on, of panels from `column` on.
template <class T> struct UnitSums {
  T* sums;
  int64_t column, first, units;
  T* of(const PanelView<T>& panel, int64_t unit) const {
    return sums + ((panel.column - column) * units + (unit - first) * panel.ld) * unit_numbers<T>(1);
  }
};

template <class T> struct WinogradSum {
  static constexpr int64_t lanes = Vec<T>::lanes, group_channels = winograd_group_units * lanes;
  Images<T> x, dy;
  TileGrid grid;  // of dy
  int64_t top, left, samples;
  bool start;                     // the sums start from zero, else they go on
  int64_t first_unit, last_unit;  // of all panels
  T* workspace;

  int64_t units_of_panel() const { return (x.channels + lanes - 1) / lanes; }

  int64_t outside_numbers() const { return round_to_lanes<T>(x.channels > dy.channels ? x.channels : dy.channels); }
  int64_t workspace_numbers() const {
    return outside_numbers() +
           winograd_points * (point_stride<T>(group_channels) + point_stride<T>(panel_vectors * lanes));
  }

  // Calls f(panel, first unit, last unit) for each panel that has units of this range among the group of 8 that begins
  // with its unit number `group`. `packed` are matrices packed as the weights.
  template <class F> void for_each_range(const T* packed, int64_t group, F&& f) const {
    const int64_t end = group + winograd_group_units;
    for_each_panel_units(packed, 9 * x.channels, dy.channels, units_of_panel(), first_unit, last_unit,
                         [&](const PanelView<T>& panel, int64_t first, int64_t last) {
                           const int64_t from = first > group ? first : group, to = last < end ? last : end;
                           if (from < to) f(panel, from, to);
                         });
  }

  // Adds all samples to those units. `sums`: where they are kept.
  __attribute__((noinline)) void add(const T* packed, int64_t group, const UnitSums<T>& sums) const {
    const int64_t stride = point_stride<T>(group_channels), channel = group * lanes;
    const int64_t channels = channel + group_channels < x.channels ? channel + group_channels : x.channels;
    T* const outside = workspace;
    T* const v = outside + outside_numbers();
    T* const d = v + winograd_points * stride;
    memset(outside, 0, size_t(outside_numbers()) * sizeof(T));
    // Of the group's channels, those of units of this range.
    int64_t lowest = group + winograd_group_units, highest = group;
    for_each_range(packed, group, [&](const PanelView<T>&, int64_t from, int64_t to) {
      lowest = from < lowest ? from : lowest;
      highest = to > highest ? to : highest;
    });
    const int64_t first = lowest * lanes, last = highest * lanes < channels ? highest * lanes : channels;
    const int64_t tiles = samples * grid.per_image();
    // Without tiles there is still a sum to start.
    for (int64_t tile = 0; tile == 0 || tile < tiles; tile += winograd_tiles) {
      const int64_t count = tiles - tile < winograd_tiles ? tiles - tile : winograd_tiles;
      bool transformed = false;
      for_each_range(packed, group, [&](const PanelView<T>& panel, int64_t from, int64_t to) {
        if (!transformed)
          transform_tiles<T, winograd_inputs>(x, grid, top, left, tile, count, first, last, outside,
                                              v + (first - channel), stride, group_channels, transform_input_vector<T>);
        transformed = true;
        const int64_t columns = panel.column + panel.ld < dy.channels ? panel.column + panel.ld : dy.channels;
        transform_tiles<T, winograd_outputs>(dy, grid, 0, 0, tile, count, panel.column, columns, outside, d,
                                             point_stride<T>(panel.ld), panel.ld, transform_delta_vector<T>);
        multiply(panel, from, to, channel, start && tile == 0, count, v, d, sums);
      });
    }
  }

  void multiply(const PanelView<T>& panel, int64_t from, int64_t to, int64_t channel, bool clear, int64_t count,
                const T* v, const T* d, const UnitSums<T>& sums) const {
    for (int64_t point = 0; point < winograd_points; point++)
      for (int64_t unit = from; unit < to; unit++) {
        T* const sum = sums.of(panel, unit) + point * lanes * panel.ld;
        for (int64_t row = 0; row < lanes; row += winograd_unit_tile)
          for (int64_t vector = 0; vector < panel.vectors; vector += tile_vectors) {
            const int64_t column = vector * lanes;
            multiply_tile<T>(
                {count, v + point * point_stride<T>(group_channels) + unit * lanes - channel + row, 1, group_channels,
                 d + point * point_stride<T>(panel.ld) + column, panel.ld, sum + row * panel.ld + column, panel.ld,
                 clear ? Begin::zero : Begin::stored, nullptr, nullptr},
                winograd_unit_tile, panel.vectors - vector);
          }
      }
  }
};

// A unit's gradient from its sum: out[tap][lane][columns], rows `tap_stride` apart from tap to tap.
template <class T>
__attribute__((noinline)) void unit_gradient(const T* sum, int64_t rows, int64_t ld, T* out, int64_t tap_stride) {
  using R = Reg<T>;
  for (int64_t r = 0; r < rows; r++)
    for (int64_t j = 0; j < ld; j += R::width) {
      const T* from = sum + r * ld + j;
      T* to = out + r * ld + j;
      transform_gradient<R>([&](int point) { return R::load(from + point * Vec<T>::lanes * ld); },
                            [&](int ky, int kx, R value) { value.store(to + (3 * ky + kx) * tap_stride); });
    }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
