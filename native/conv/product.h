// The product that a convolution and its transpose are: for each position of the output, the image's numbers under the
// kernel times the packed kernel. A tile is a few positions, all with the same taps inside the image, times a few
// vectors of columns, so nothing is padded or copied:
//
//   positions of a 5 x 5 output, 3 x 3 kernel, padding 1:     a b b b c     nine groups a … i of the same taps;
//                                                              d e e e f     the tiles of group e are its nine
//                                                              d e e e f     positions of all samples
//                                                              d e e e f
//                                                              g h h h i
//
// Every number of the output is one chain of FMAs over the taps inside, in order, wherever its position falls.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "conv/operands.h"
#include "conv/output.h"
#include "gemm/panels.h"
#include "gemm/tile.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t largest_pool = 16;  // the winner's place in its window is a byte
// Taps in a row are one run of numbers in the image and in the kernel. Runs shorter than this are taken one by one from
// a list of at most `most_steps`: starting a loop for each would cost more.
constexpr int64_t short_run = 24, most_steps = 256;
// A panel of at most so many bytes stays in the nearest cache: there each tile of positions meets all its columns at
// once, and is looked up once.
constexpr int64_t near_panel_bytes = 16 * 1024;

// Walks through the windows of a pair of groups: across, then down, then sample after sample.
template <class T> struct ConvWalk {
  int64_t across_count, down_count;
  int64_t across_step, down_step, sample_step;  // in the image
  int64_t across_place, down_place;             // in the output

  const T* at;
  int64_t sample, place;
  int64_t i = 0, j = 0;

  ConvWalk(const ConvOperands<T>& o, const Group& down, const Group& across, int64_t first_sample)
      : across_count(across.count), down_count(down.count) {
    const int64_t line = o.horizontal.image * o.channels, width = o.horizontal.positions / o.window;
    across_step = o.horizontal.stride * o.window * o.channels;
    down_step = o.vertical.stride * o.window * line;
    sample_step = o.ldx;
    across_place = o.horizontal.dilation * o.columns;
    down_place = o.vertical.dilation * width * o.columns;
    at = o.x + first_sample * o.ldx;
    sample = first_sample;
    place = (down.first * width + across.first) * o.columns;
  }
  void next() {
    at += across_step;
    place += across_place;
    if (++j < across_count) return;
    j = 0;
    at += down_step - across_count * across_step;
    place += down_place - across_count * across_place;
    if (++i < down_count) return;
    i = 0;
    at += sample_step - down_count * down_step;
    place -= down_count * down_place;
    sample++;
  }
};

template <class T> struct ConvProduct {
  const ConvOperands<T>& o;
  ConvOutput<T> out{o};

  // Columns at hand.
  PanelView<T> p{};
  int64_t vector = 0, at_once = 1;  // the first, and how many
  // Taps of the first window of the groups at hand.
  Taps rows_of[largest_pool]{}, columns_of[largest_pool]{};
  int64_t step_count = 0;
  TileStep steps[most_steps]{};
  // The tile at hand.
  int64_t parts = 1;  // positions of a window that are taken one after the other; 1 where a tile holds whole windows
  const T* from[tile_rows]{};

  static constexpr int64_t lanes = Vec<T>::lanes;
  // Rows of a tile that holds whole windows of 2 x 2.
  static constexpr int window_rows = tile_rows / 4 * 4;

  explicit ConvProduct(const ConvOperands<T>& operands) : o(operands) {}

  void multiply() {
    for_each_panel(o.packed, o.vertical.kernel * o.horizontal.kernel * o.channels, o.columns,
                   [&](const PanelView<T>& panel) {
                     p = panel;
                     const int64_t rows = o.vertical.kernel * o.horizontal.kernel * o.channels;
                     const bool near = rows * p.ld * int64_t(sizeof(T)) <= near_panel_bytes;
                     at_once = near ? p.vectors : tile_vectors;
                     for (vector = 0; vector < p.vectors; vector += at_once)
                       for_each_group(o.vertical, o.window, [&](const Group& down) {
                         for_each_group(o.horizontal, o.window, [&](const Group& across) { tiles(down, across); });
                       });
                   });
    apply_function(o);
  }

  // All windows of two groups, of all samples.
  void tiles(const Group& down, const Group& across) {
    for (int64_t i = 0; i < o.window; i++) {
      rows_of[i] = o.vertical.taps(down.first * o.window + i);
      columns_of[i] = o.horizontal.taps(across.first * o.window + i);
    }
    list_steps();
    if constexpr (wide_tile) {
      const int64_t half = o.samples / 2, positions = half * down.count * across.count, vectors = p.vectors - vector;
      // A border has few positions.
      if (!whole_windows() && o.samples * down.count * across.count <= tile_rows / 2)
        return cut<tile_rows / 2, tile_rows / 2, tile_vectors>(down, across, 0, o.samples, 0);
      // Few columns leave registers for more rows.
      if (vectors == 1 && positions >= tile_rows) return in_pairs<tile_rows, 2 * tile_rows, 1>(down, across, half);
      if (vectors == 2 && positions >= tile_rows && !whole_windows())
        return in_pairs<tile_rows * 3 / 4, tile_rows * 3 / 2, 2>(down, across, half);
    }
    if (whole_windows() && window_rows < tile_rows)
      cut<window_rows, window_rows, tile_vectors>(down, across, 0, o.samples, 0);
    else
      cut<tile_rows, tile_rows, tile_vectors>(down, across, 0, o.samples, 0);
  }

  // The first half of the samples with the second, and the last one of an odd number on its own.
  template <int P, int M, int N> void in_pairs(const Group& down, const Group& across, int64_t half) {
    cut<P, M, N>(down, across, 0, half, half);
    if (o.samples % 2) cut<tile_rows, tile_rows, N>(down, across, o.samples - 1, 1, 0);
  }

  // Whether all positions of a window meet the same taps.
  bool uniform() const {
    const auto same = [](const Taps& a, const Taps& b) { return a.tap == b.tap && a.count == b.count; };
    for (int64_t i = 1; i < o.window; i++)
      if (!same(rows_of[i], rows_of[0]) || !same(columns_of[i], columns_of[0])) return false;
    return true;
  }
  bool whole_windows() const { return o.window == 2 && uniform(); }

  void list_steps() {
    const Taps v = rows_of[0], h = columns_of[0];
    step_count = 0;
    if (!uniform() || h.count * o.channels >= short_run || v.count * h.count * o.channels > most_steps) return;
    for (int64_t t = 0; t < v.count; t++)
      for (int64_t r = 0; r < h.count; r++)
        for (int64_t c = 0; c < o.channels; c++)
          steps[step_count++] = {(t * o.horizontal.image + r) * o.channels + c, (o.row_of(v, t, h, r) + c) * p.ld};
  }

  // The tiles of `count` samples, as evenly as they divide, of P windows each, taken one position after the other; or
  // of P / 4 windows of 2 x 2, all positions at once. With `distance`, a tile holds as many again, so many samples on.
  template <int P, int M, int N> __attribute__((noinline)) void cut(const Group& down, const Group& across,
                                                                    int64_t first_sample, int64_t count,
                                                                    int64_t distance) {
    const bool whole = whole_windows();
    parts = whole ? 1 : o.window * o.window;
    out.far_samples = distance;
    const int64_t rows_each = whole ? 4 : 1, capacity = P / rows_each;
    const int64_t all = count * down.count * across.count, tiles = (all + capacity - 1) / capacity;
    ConvWalk<T> walk(o, down, across, first_sample);
    for (int64_t t = 0; t < tiles; t++) {
      const int64_t size = all * (t + 1) / tiles - all * t / tiles;
      for (int64_t w = 0; w < capacity; w++) {
        take(w * rows_each, rows_each, walk, w < size);
        if (w < size) walk.next();
      }
      const int64_t first = vector, end = first + at_once < p.vectors ? first + at_once : p.vectors;
      for (; vector < end; vector += N) run_vectors<P, M, N>(p.vectors - vector);
      vector = first;
    }
  }

  // Row r of the tile (or the four of a window) is where the walk has come to, or the row before once more.
  void take(int64_t r, int64_t rows_each, const ConvWalk<T>& walk, bool there) {
    if (!there) {
      for (int64_t q = r; q < r + rows_each; q++) from[q] = from[q - rows_each];
      out.sample[r] = out.sample[r - rows_each];
      out.place[r] = out.place[r - rows_each];
      return;
    }
    from[r] = walk.at;
    out.sample[r] = walk.sample;
    out.place[r] = walk.place;
    if (rows_each == 1) return;
    const int64_t across = o.horizontal.stride * o.channels;
    from[r + 1] = from[r] + across;
    from[r + 2] = from[r] + o.vertical.stride * o.horizontal.image * o.channels;
    from[r + 3] = from[r + 2] + across;
  }

  template <int P, int M, int N> inline void run_vectors(int64_t left) {
    if constexpr (N > 1) {
      if (left < N) return run_vectors<P, M, N - 1>(left);
    }
    run<P, M, N>();
  }

  // One tile of M rows in N vectors of columns.
  template <int P, int M, int N> __attribute__((noinline)) void run() {
    alignas(64) T values[M * N * lanes], best[M * N * lanes], number[M * N * lanes];
    const T* a[P];
    HEDDLE_UNROLL
    for (int i = 0; i < P; i++) a[i] = from[i];
    const int64_t column = p.column + vector * lanes, far = out.far_samples * o.ldx;
    const int last = o.columns - column < N * lanes ? int(o.columns - column - (N - 1) * lanes) : int(lanes);
    for (int64_t part = 0; part < parts; part++) {
      Tile<T, M, N> tile;
      if (o.start)
        tile.start_rows(o.start + column);
      else
        tile.clear();
      accumulate<P>(tile, a, rows_of[part / o.window], columns_of[part % o.window], far);
      if (o.window == 1)
        out.template store<P>(tile, column, last);
      else if (parts == 1)
        out.template pool_rows<P>(tile, column, last);
      else {
        tile.store(values, N * lanes);
        out.pool_part(values, best, number, part, M * N);
      }
    }
    if (parts > 1)
      out.finish_parts(best, number, column, P, M, N, last);
    else if (o.below)
      out.finish(column, P, M, N, last);
  }

  // Adds the taps of one position of each window.
  template <int P, int M, int N>
  HEDDLE_INLINE void accumulate(Tile<T, M, N>& tile, const T* const (&a)[P], Taps v, Taps h, int64_t far) const {
    const T* const b = p.panel + vector * lanes;
    if (step_count > 0) {
      tile.template accumulate_steps<false>(steps, step_count, a,
                                            (v.source * o.horizontal.image + h.source) * o.channels, far, b, 0);
      return;
    }
    const bool apart = o.horizontal.dilation != 1;
    const int64_t runs = apart ? h.count : 1, length = apart ? o.channels : h.count * o.channels;
    for (int64_t t = 0; t < v.count; t++)
      for (int64_t r = 0; r < runs; r++) {
        const int64_t offset = ((v.source + t) * o.horizontal.image + h.source + r) * o.channels;
        tile.template accumulate_rows<false>(length, a, offset, far, 1, b + o.row_of(v, t, h, r) * p.ld, p.ld, 0);
      }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
