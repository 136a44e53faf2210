// Winograd convolution of a block of samples: transformed tiles times transformed filters, point by point, and back.
#pragma once
#include <stdint.h>
#include <string.h>

#include "activation/functions.h"
#include "conv/geometry.h"
#include "gemm/panels.h"
#include "op.h"
#include "simd/lanes.h"
#include "simd/vec.h"
#include "winograd/generic.h"
#include "winograd/product.h"
#include "winograd/tiles.h"
#include "winograd/transform.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// What becomes of the outputs z [height][width][columns]: f(z + start), or f of its maximum over windows of 2x2.
template <class T> struct WinogradOutput {
  T* y;
  int64_t ld, height, width, columns;
  const T* start;  // [columns padded], or null
  uint8_t* winners;
  int64_t ldw;
  bool pool;
  Activation activation;
  Vec<T> slope;

  using V = Vec<T>;
  // The 4x4 outputs of a tile, for n columns from `column`.
  inline void finish(const TilePlace& place, int64_t column, int n, const V* z) const {
    if (pool) return finish_pooled(place, column, n, z);
    const int64_t rows = height - place.y < winograd_outputs ? height - place.y : winograd_outputs;
    const int64_t across = width - place.x < winograd_outputs ? width - place.x : winograd_outputs;
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < across; j++) {
        const int64_t at = ((place.y + i) * width + place.x + j) * columns + column;
        store_lanes(apply(activation, slope, z[i * winograd_outputs + j]), y + place.image * ld + at, n);
      }
  }

  // f does not decrease: its maximum is that of its argument. The first wins, and NaN.
  inline void finish_pooled(const TilePlace& place, int64_t column, int n, const V* z) const {
    const int64_t rows = height - place.y < winograd_outputs ? 1 : 2,
                  across = width - place.x < winograd_outputs ? 1 : 2;
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < across; j++) {
        V best = z[2 * i * winograd_outputs + 2 * j], winner = V::zero();
        HEDDLE_UNROLL
        for (int k = 1; k < 4; k++) {
          const V value = z[(2 * i + (k >> 1)) * winograd_outputs + 2 * j + (k & 1)];
          winner = select_greater_or_nan(value, best, V::set1(T(k)), winner);
          best = select_greater_or_nan(value, best, value, best);
        }
        const int64_t at = ((place.y / 2 + i) * (width / 2) + place.x / 2 + j) * columns + column;
        store_lanes(apply(activation, slope, best), y + place.image * ld + at, n);
        if (winners) store_byte_lanes(winner, winners + place.image * ldw + at, n);
      }
  }
};

// The transforms of a tile, a vector of channels or columns at a time.
template <class T> struct InVectors {
  // B^T d B: `pixels` point to the tile's 6x6, point k goes to v[k * stride].
  static inline void input(const T* const* pixels, int64_t channel, T* v, int64_t stride) {
    transform_input_vector<T>(pixels, channel, v, stride);
  }
  // A^T m A, plus `add`: point k stands at m[k * stride].
  static inline void output(const T* m, int64_t stride, Vec<T> add, Vec<T>* z) {
    transform_output<Vec<T>>([&](int point) { return Vec<T>::load(m + point * stride); },
                             [&](int y, int x, Vec<T> value) { z[y * winograd_outputs + x] = value + add; });
  }
};

template <class T, class Transforms> struct WinogradProduct {
  const Images<T>& images;
  int64_t top, left;
  const T* u;
  const WinogradOutput<T>& out;
  T* workspace;

  void run(int64_t samples) const {
    const int64_t channels = round_to_lanes<T>(images.channels), stride = point_stride<T>(channels);
    T* const outside = workspace;
    T* const v = outside + channels;
    T* const m = v + winograd_points * stride;
    memset(outside, 0, size_t(channels) * sizeof(T));
    const TileGrid grid(out.height, out.width);
    const int64_t tiles = samples * grid.per_image();
    for (int64_t tile = 0; tile < tiles; tile += winograd_tiles) {
      const int64_t count = tiles - tile < winograd_tiles ? tiles - tile : winograd_tiles;
      transform_tiles<T, winograd_inputs>(images, grid, top, left, tile, count, 0, images.channels, outside, v, stride,
                                          channels, Transforms::input);
      for_each_panel(u, winograd_points * images.channels, out.columns, [&](const PanelView<T>& panel) {
        multiply_points(panel, images.channels, v, stride, channels, count, m);
        transform_back(panel, grid, tile, count, m);
      });
    }
  }

  void transform_back(const PanelView<T>& panel, const TileGrid& grid, int64_t tile, int64_t count, const T* m) const {
    using V = Vec<T>;
    const int64_t stride = point_stride<T>(panel.ld);
    for (int64_t i = 0; i < count; i++) {
      const TilePlace place(grid, tile + i);
      for (int64_t j = 0; j < panel.ld && panel.column + j < out.columns; j += V::lanes) {
        const T* from = m + i * panel.ld + j;
        const int64_t column = panel.column + j, left_columns = out.columns - column;
        const V add = out.start ? V::load(out.start + column) : V::zero();
        V z[winograd_outputs * winograd_outputs];
        Transforms::output(from, stride, add, z);
        out.finish(place, column, left_columns < V::lanes ? int(left_columns) : V::lanes, z);
      }
    }
  }
};

template <class T> struct WinogradArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]: [height][width][channels]
  const T* u;   // transformed filters
  const T* b;   // [filters padded], or null
  T* y;
  int64_t ldy;  // [chunk][ldy]: [out height][out width][filters], halved by a pool of 2
  uint8_t* winners;
  int64_t ldw;   // [chunk][ldw]: shape of y; null without pooling, and where nobody asks
  T* workspace;  // this rank's
  ConvGeometry geometry;
  Activation activation;
  double slope;
  int64_t pool;  // 0 or 2
};

template <class T, class Transforms> inline void winograd_by(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return generic::winograd<double>(words, step);
  const auto a = read_arguments<WinogradArguments<T>>(words);
  const ConvGeometry& s = a.geometry;
  const bool pool = a.pool > 0;
  // Outputs that are in no whole window are left out.
  const int64_t height = pool ? s.out_height / 2 * 2 : s.out_height, width = pool ? s.out_width / 2 * 2 : s.out_width;
  const Images<T> images{a.x + step.first * a.ldx, a.ldx, s.height, s.width, s.channels};
  const WinogradOutput<T> out = {
      .y = a.y + step.first * a.ldy,
      .ld = a.ldy,
      .height = height,
      .width = width,
      .columns = s.filters,
      .start = a.b,
      .winners = a.winners ? a.winners + step.first * a.ldw : nullptr,
      .ldw = a.ldw,
      .pool = pool,
      .activation = a.activation,
      .slope = Vec<T>::set1(T(a.slope)),
  };
  WinogradProduct<T, Transforms>{images, s.pad_top, s.pad_left, a.u, out, a.workspace}.run(step.rows);
}

// winograd: y = f(conv(x) + b), for 3x3 and stride 1; or of the maximum over whole windows of 2x2, winners as byte
// indices.
template <class T> void winograd(const Word* words, const Step& step) { winograd_by<T, InVectors<T>>(words, step); }

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
