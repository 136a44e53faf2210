// The transformed copies of 3x3 filters.
#pragma once
#include <stdint.h>

#include "gemm/panels.h"
#include "op.h"
#include "simd/vec.h"
#include "winograd/filter_copies.h"
#include "winograd/generic.h"
#include "winograd/transform.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Vectors of transformed filters that are made before they are written. Points lie a multiple of pages apart, often all
// in one set of the cache: written as they are made, each store would wait for its line.
constexpr int64_t filters_at_once = 8;

// Writes G w G^T of `count` <= filters_at_once vectors of filters: they stand `at(i, tap)`, the i-th's point k goes
// to out + k * stride + i * step.
template <class T, class At>
inline void transform_vectors(int64_t count, At&& at, T* out, int64_t stride, int64_t step) {
  using V = Vec<T>;
  using R = Reg<T>;
  alignas(64) T points[winograd_points][filters_at_once][V::lanes];
  for (int64_t i = 0; i < count; i++)
    for (int c = 0; c < V::lanes; c += R::width)
      transform_filter<R>([&](int ky, int kx) { return R::load(at(i, 3 * ky + kx) + c); },
                          [&](int point, R value) { value.store(points[point][i] + c); });
  for (int64_t point = 0; point < winograd_points; point++)
    for (int64_t i = 0; i < count; i++) V::load(points[point][i]).store(out + point * stride + i * step);
}

// u = G w G^T: 36 matrices [channel][columns] per panel.
template <class T> __attribute__((noinline)) void transform_filters(const FilterUnit<T>& unit, T* u) {
  using V = Vec<T>;
  T* const out = u + unit.column * winograd_points * unit.channels + unit.first * unit.ld;
  const int64_t vectors = unit.rows * unit.ld / V::lanes;
  for (int64_t v = 0; v < vectors; v += filters_at_once) {
    const T* from = unit.w + v * V::lanes;
    transform_vectors<T>(
        vectors - v < filters_at_once ? vectors - v : filters_at_once,
        [&](int64_t i, int tap) { return from + tap * unit.tap_stride + i * V::lanes; }, out + v * V::lanes,
        unit.channels * unit.ld, V::lanes);
  }
}

// ut: the same with filters as rows and channels as columns.
template <class T> __attribute__((noinline)) void transform_transposed_filters(const FilterUnit<T>& unit, T* ut) {
  using V = Vec<T>;
  constexpr int64_t lanes = V::lanes, panel = panel_vectors * lanes;
  const int64_t first_column = unit.first / panel * panel, all = round_to_lanes<T>(unit.channels);
  const int64_t width = all - first_column < panel ? all - first_column : panel;
  T* const out = ut + first_column * winograd_points * unit.filters + (unit.first - first_column);
  for (int64_t j = 0; j < unit.columns; j += lanes) {
    alignas(64) T transposed[9][lanes][lanes];  // [tap][filter][channel]
    for (int64_t tap = 0; tap < 9; tap++) {
      V square[lanes];
      for (int64_t i = 0; i < lanes; i++)
        square[i] = i < unit.rows ? V::load(unit.w + tap * unit.tap_stride + i * unit.ld + j) : V::zero();
      transpose(square);
      for (int64_t i = 0; i < lanes; i++) square[i].store(transposed[tap][i]);
    }
    const int64_t rows = unit.columns - j < lanes ? unit.columns - j : lanes;
    for (int64_t r = 0; r < rows; r += filters_at_once)
      transform_vectors<T>(
          rows - r < filters_at_once ? rows - r : filters_at_once,
          [&](int64_t i, int tap) { return transposed[tap][r + i]; }, out + (unit.column + j + r) * width,
          unit.filters * width, width);
  }
}

template <class T> void transform_copies(const FilterUnit<T>& unit, T* u, T* ut) {
  if (u) transform_filters(unit, u);
  if (ut) transform_transposed_filters(unit, ut);
}
template void transform_copies(const FilterUnit<float>&, float*, float*);
template void transform_copies(const FilterUnit<double>&, double*, double*);

template <class T> struct WinogradFiltersArguments {
  const T* w;  // packed [tap][channel][filters]
  T *u, *ut;   // its transformed copies, or null
  int64_t channels, filters;
};

// winogradFilters: both copies of all filters, where weights were set and not updated.
template <class T> void winograd_filters(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return generic::winograd_filters<double>(words, step);
  const auto a = read_arguments<WinogradFiltersArguments<T>>(words);
  for_each_panel(a.w, 9 * a.channels, a.filters, [&](const PanelView<T>& panel) {
    for (int64_t first = 0; first < a.channels; first += Vec<T>::lanes)
      transform_copies(FilterUnit<T>(a.w, panel.column, panel.ld, first, a.channels, a.filters), a.u, a.ut);
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
