// Winograd convolution of a block of samples: transformed tiles times transformed filters, point by point, and back.
//
//   u[panel of columns][point][channel][columns]   the transformed filters: 36 matrices per panel (op.h)
//
// Forward is f(conv(x) + b); backward by data is the same product with the filters turned and their sides exchanged.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// One register tile of the product at one point. Rows beyond the last tile hold leftovers, and give what nobody reads.
template <class T> struct PointProduct {
  const T* v;  // [tile][ldv]
  int64_t ldv, depth;
  const T* u;  // [depth][ld]
  T* m;        // [tile][ld]
  int64_t ld;

  template <int M, int N> inline void run() {
    Tile<T, M, N> tile;
    tile.clear();
    tile.accumulate(depth, v, ldv, 1, u, ld);
    tile.store(m, ld);
  }
};

// What becomes of the outputs z [height][width][columns]: f(z + start), or z f'(below), or f(max over windows of 2x2).
template <class T> struct WinogradOutput {
  T* y;
  int64_t ld, height, width, columns;
  const T* start;  // [columns padded], or null
  const T* below;
  int64_t ldbelow;
  uint8_t* winners;
  int64_t ldw;
  bool pool;
  int64_t function;
  Vec<T> slope;

  using V = Vec<T>;
  static inline V load(const T* p, int n) { return n == V::lanes ? V::load(p) : V::load_partial(p, n); }
  static inline void store(V value, T* p, int n) {
    if (n == V::lanes) value.store(p);
    else value.store_partial(p, n);
  }

  // The 4x4 outputs of a tile, for n columns from `column`.
  inline void finish(const TilePlace& place, int64_t column, int n, const V* z) const {
    if (pool) return finish_pooled(place, column, n, z);
    const int64_t rows = height - place.y < winograd_outputs ? height - place.y : winograd_outputs;
    const int64_t across = width - place.x < winograd_outputs ? width - place.x : winograd_outputs;
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = 0; j < across; j++) {
        const int64_t at = ((place.y + i) * width + place.x + j) * columns + column;
        const V value = z[i * winograd_outputs + j];
        const V result = below ? apply_derivative(function, slope, load(below + place.image * ldbelow + at, n), value) : apply(function, slope, value);
        store(result, y + place.image * ld + at, n);
      }
  }

  // f does not decrease: its maximum is that of its argument. The first wins, and NaN.
  inline void finish_pooled(const TilePlace& place, int64_t column, int n, const V* z) const {
    const int64_t rows = height - place.y < winograd_outputs ? 1 : 2, across = width - place.x < winograd_outputs ? 1 : 2;
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
        store(apply(function, slope, best), y + place.image * ld + at, n);
        if (winners) store_winners(winner, winners + place.image * ldw + at, n);
      }
  }

  static inline void store_winners(V winner, uint8_t* p, int n) {
    if (n == V::lanes) return winner.store_bytes(p);
    uint8_t bytes[V::lanes];
    winner.store_bytes(bytes);
    memcpy(p, bytes, size_t(n));
  }
};

template <class T> struct WinogradProduct {
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
      transform_tiles<T, winograd_inputs>(images, grid, top, left, tile, count, 0, images.channels, outside, v, stride, channels, transform_input_vector<T>);
      for_each_panel(u, winograd_points * images.channels, out.columns, [&](const PanelView<T>& panel) {
        multiply(panel, v, stride, channels, count, m);
        transform_back(panel, grid, tile, count, m);
      });
    }
  }

  void multiply(const PanelView<T>& panel, const T* v, int64_t stride, int64_t ldv, int64_t count, T* m) const {
    for (int64_t point = 0; point < winograd_points; point++)
      for (int64_t row = 0; row < count; row += tile_rows)
        for (int64_t vector = 0; vector < panel.vectors; vector += tile_vectors) {
          const int64_t column = vector * Vec<T>::lanes;
          PointProduct<T> product{v + point * stride + row * ldv, ldv, images.channels, panel.panel + point * images.channels * panel.ld + column,
                                  m + point * point_stride<T>(panel.ld) + row * panel.ld + column, panel.ld};
          with_vectors<tile_rows, tile_vectors>(panel.vectors - vector, product);
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
        transform_output<T>([&](int point) { return V::load(from + point * stride); },
                            [&](int y, int x, V value) { z[y * winograd_outputs + x] = value + add; });
        out.finish(place, column, left_columns < V::lanes ? int(left_columns) : V::lanes, z);
      }
    }
  }
};

template <class T> struct WinogradArguments {
  const T* x; int64_t ldx;        // [chunk][ldx]: [height][width][channels]
  const T* u;                     // transformed filters
  const T* b;                     // [filters padded], or null
  T* y; int64_t ldy;              // [chunk][ldy]: [out height][out width][filters], halved by a pool of 2
  uint8_t* winners; int64_t ldw;  // [chunk][ldw]: shape of y; null without pooling, and where nobody asks
  T* workspace;                   // this rank's
  ConvGeometry geometry;
  int64_t function;
  double slope;
  int64_t pool;                   // 0 or 2
};

// winograd: y = f(conv(x) + b), for 3x3 and stride 1; or of the maximum over whole windows of 2x2, winners as byte indices.
template <class T> void winograd(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return table_generic.f64[kernel_winograd](words, step);
  const auto a = read_arguments<WinogradArguments<T>>(words);
  const ConvGeometry& s = a.geometry;
  const bool pool = a.pool > 0;
  // Outputs that are in no whole window are left out.
  const int64_t height = pool ? s.out_height / 2 * 2 : s.out_height, width = pool ? s.out_width / 2 * 2 : s.out_width;
  const Images<T> images{a.x + step.first * a.ldx, a.ldx, s.height, s.width, s.channels};
  const WinogradOutput<T> out{a.y + step.first * a.ldy, a.ldy, height, width, s.filters, a.b, nullptr, 0,
                              a.winners ? a.winners + step.first * a.ldw : nullptr, a.ldw, pool, a.function, Vec<T>::set1(T(a.slope))};
  WinogradProduct<T>{images, s.pad_top, s.pad_left, a.u, out, a.workspace}.run(step.rows);
}

template <class T> struct WinogradBackwardArguments {
  const T* dy; int64_t lddy;  // [chunk][lddy]: [out height][out width][filters]
  const T* ut;                // transformed filters, turned by 180 degrees, sides exchanged
  T* dx; int64_t lddx;        // [chunk][lddx]: [height][width][channels]
  const T* y; int64_t ldy;    // [chunk][ldy] what the function below gave; null where there is none
  T* workspace;               // this rank's
  ConvGeometry geometry;
  int64_t function;
  double slope;
};

// winogradBackward: dx = dL/dx * f'(below): the convolution of dy, padded by 2 less, with the turned filters.
template <class T> void winograd_backward(const Word* words, const Step& step) {
  if constexpr (!winograd_in_vectors<T>) return table_generic.f64[kernel_winograd_backward](words, step);
  const auto a = read_arguments<WinogradBackwardArguments<T>>(words);
  const ConvGeometry& s = a.geometry;
  const Images<T> images{a.dy + step.first * a.lddy, a.lddy, s.out_height, s.out_width, s.filters};
  const WinogradOutput<T> out{a.dx + step.first * a.lddx, a.lddx, s.height, s.width, s.channels, nullptr,
                              a.y ? a.y + step.first * a.ldy : nullptr, a.ldy, nullptr, 0, false, a.y ? a.function : int64_t(identity),
                              Vec<T>::set1(T(a.slope))};
  WinogradProduct<T>{images, 2 - s.pad_top, 2 - s.pad_left, a.ut, out, a.workspace}.run(step.rows);
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
