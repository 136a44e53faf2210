// The transformed copies of 3x3 filters, unit by unit, as updates write them. Defined in winograd/filters.h, whose unit
// has it.
#pragma once
#include <stdint.h>

#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// A unit's filters [tap][channel][columns] where they lie in the packed weights.
template <class T> struct FilterUnit {
  const T* w;
  int64_t tap_stride, column, ld, first, rows, columns, channels, filters;

  // Of the panel that begins at `column`: `rows` channels from `first`; the rest of ld columns is padding.
  FilterUnit(const T* packed, int64_t panel_column, int64_t width, int64_t first_channel, int64_t all_channels,
             int64_t all_filters)
      : w(packed + panel_column * 9 * all_channels + first_channel * width),
        tap_stride(all_channels * width),
        column(panel_column),
        ld(width),
        first(first_channel),
        rows(all_channels - first_channel < Vec<T>::lanes ? all_channels - first_channel : Vec<T>::lanes),
        columns(all_filters - panel_column < width ? all_filters - panel_column : width),
        channels(all_channels),
        filters(all_filters) {}
};

// Writes the unit's part of `u` and of `ut` (winograd/filters.h), each where it is not null.
template <class T> void transform_copies(const FilterUnit<T>& unit, T* u, T* ut);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
