// Transformed tiles times transformed filters, point by point.
//
//   u[panel of columns][point][row][columns]   transformed filters: 36 matrices per panel (op.h)
#pragma once
#include <stdint.h>

#include "gemm/panels.h"
#include "gemm/product.h"
#include "simd/vec.h"
#include "winograd/tiles.h"
#include "winograd/transform.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// m = v u at each point: `count` tiles of `depth` numbers, `ldv` apart, and from one point to the next `stride`, times
// the matrices of a panel. m[point * point_stride(panel.ld) + tile * panel.ld + column].
template <class T> inline void multiply_points(const PanelView<T>& panel, int64_t depth, const T* v, int64_t stride,
                                               int64_t ldv, int64_t count, T* m) {
  for (int64_t point = 0; point < winograd_points; point++)
    for (int64_t row = 0; row < count; row += tile_rows)
      for (int64_t vector = 0; vector < panel.vectors; vector += tile_vectors) {
        const int64_t column = vector * Vec<T>::lanes;
        // Rows beyond the last tile hold leftovers, and give what nobody reads.
        multiply_tile<T>(
            {depth, v + point * stride + row * ldv, ldv, 1, panel.panel + point * depth * panel.ld + column, panel.ld,
             m + point * point_stride<T>(panel.ld) + row * panel.ld + column, panel.ld, Begin::zero, nullptr, nullptr},
            tile_rows, panel.vectors - vector);
      }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
