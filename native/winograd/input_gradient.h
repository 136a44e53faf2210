// Winograd's gradient by the input: the forward pass transposed. Tiles are those of dL/dz: each is transformed,
// multiplied, and added to the 6x6 inputs that it came from; two tiles share up to two rows or columns of them. An
// image without padding has fewer such tiles than its own size would take.
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

template <class T> struct WinogradInputGradientArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]: [out height][out width][filters]
  const T* ut;   // transformed filters, filters as rows and channels as columns
  T* dx;
  int64_t lddx;  // [chunk][lddx]: [height][width][channels]
  const T* y;
  int64_t ldy;   // [chunk][ldy] what the function below gave; null where there is none
  T* workspace;  // this rank's
  ConvGeometry geometry;
  int64_t pool;  // 0, or the size of the windows that z is pooled in
  Activation activation;
  double slope;
};

template <class T> struct WinogradInputGradient {
  const ConvGeometry& g;
  Images<T> dy;
  TileGrid grid;
  const T* ut;
  T* dx;
  int64_t lddx;
  T* workspace;

  static constexpr int64_t lanes = Vec<T>::lanes;

  void run(int64_t samples) const {
    const int64_t filters = round_to_lanes<T>(g.filters), stride = point_stride<T>(filters);
    T* const outside = workspace;
    T* const nowhere = outside + filters;
    T* const d = nowhere + round_to_lanes<T>(g.channels);
    T* const m = d + winograd_points * stride;
    memset(outside, 0, size_t(filters) * sizeof(T));
    for (int64_t r = 0; r < samples; r++) memset(dx + r * lddx, 0, size_t(g.height * g.width * g.channels) * sizeof(T));
    const int64_t tiles = samples * grid.per_image();
    for (int64_t tile = 0; tile < tiles; tile += winograd_tiles) {
      const int64_t count = tiles - tile < winograd_tiles ? tiles - tile : winograd_tiles;
      transform_tiles<T, winograd_outputs>(dy, grid, 0, 0, tile, count, 0, g.filters, outside, d, stride, filters,
                                           transform_delta_vector<T>);
      for_each_panel(ut, winograd_points * g.filters, g.channels, [&](const PanelView<T>& panel) {
        multiply_points(panel, g.filters, d, stride, filters, count, m);
        for (int64_t i = 0; i < count; i++) add_tile(panel, TilePlace(grid, tile + i), m + i * panel.ld, nowhere);
      });
    }
  }

  // Adds a tile's products, of the panel's channels, to its inputs; those outside the image go `nowhere`.
  void add_tile(const PanelView<T>& panel, const TilePlace& place, const T* m, T* nowhere) const {
    const int64_t stride = point_stride<T>(panel.ld), top = place.y - g.pad_top, left = place.x - g.pad_left;
    T* const image = dx + place.image * lddx;
    T* pixels[winograd_points];
    for (int64_t i = 0; i < winograd_inputs; i++) {
      const int64_t y = top + i;
      T* const line = image + (y * g.width + left) * g.channels;
      for (int64_t j = 0; j < winograd_inputs; j++) {
        const bool inside = y >= 0 && y < g.height && left + j >= 0 && left + j < g.width;
        pixels[i * winograd_inputs + j] = inside ? line + j * g.channels : nowhere;
      }
    }
    for (int64_t j = 0; j < panel.ld && panel.column + j < g.channels; j += lanes) {
      const int64_t channel = panel.column + j;
      if (g.channels - channel >= lanes)
        add_vector(m + j, stride, pixels, channel);
      else
        add_part(m + j, stride, pixels, channel);
    }
  }

  static __attribute__((noinline)) void add_vector(const T* m, int64_t stride, T* const* pixels, int64_t channel) {
    using R = Reg<T>;
    alignas(64) T values[winograd_points][lanes];
    for (int c = 0; c < lanes; c += R::width)
      transform_input_gradient<R>([&](int point) { return R::load(m + point * stride + c); },
                                  [&](int y, int x, R value) { value.store(values[y * winograd_inputs + x] + c); });
    for (int k = 0; k < winograd_points; k++) {
      T* const at = pixels[k] + channel;
      (Vec<T>::load(at) + Vec<T>::load(values[k])).store(at);
    }
  }

  // The last channels of a pixel, where they are less than a vector: the next ones are another pixel's.
  __attribute__((noinline)) void add_part(const T* m, int64_t stride, T* const* pixels, int64_t channel) const {
    const int n = int(g.channels - channel);
    alignas(64) T sums[winograd_points][lanes];
    T* copies[winograd_points];
    for (int k = 0; k < winograd_points; k++) {
      copies[k] = sums[k];
      Vec<T>::zero().store(sums[k]);
    }
    add_vector(m, stride, copies, 0);
    for (int k = 0; k < winograd_points; k++) {
      T* const at = pixels[k] + channel;
      (Vec<T>::load_partial(at, n) + Vec<T>::load(sums[k])).store_partial(at, n);
    }
  }
};

// winogradInputGradient: dx = dL/dx * f'(below).
template <class T> void winograd_input_gradient(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return generic::winograd_input_gradient<double>(words, step);
  using V = Vec<T>;
  const auto a = read_arguments<WinogradInputGradientArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  T* const dx = a.dx + step.first * a.lddx;
  WinogradInputGradient<T>{g,
                           {a.dy + step.first * a.lddy, a.lddy, g.out_height, g.out_width, g.filters},
                           delta_grid(g, a.pool),
                           a.ut,
                           dx,
                           a.lddx,
                           a.workspace}
      .run(step.rows);
  if (!a.y) return;
  const int64_t n = g.height * g.width * g.channels;
  with_derivative(a.activation, V::set1(T(a.slope)), [&](auto&& derive) {
    for (int64_t r = 0; r < step.rows; r++) {
      const T* y = a.y + (step.first + r) * a.ldy;
      T* to = dx + r * a.lddx;
      for (int64_t i = 0; i < n; i += V::lanes)
        store_lanes(derive(load_lanes(y + i, n - i), load_lanes(to + i, n - i)), to + i, n - i);
    }
  });
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
