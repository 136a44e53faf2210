// The product that a convolution and its transpose are: for each position of the output, image numbers times the packed
// kernel [tap y][tap x][channel][n]. A tile is any few positions whose taps all lie inside the image, or all in the same part
// of it, times a few vectors of columns: nothing is padded, copied or multiplied in vain, and every number of the output is one
// chain of FMAs over the taps inside, in order, wherever its position falls.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t largest_pool = 16;  // the winner's place in its window is a byte
// Taps in a row are one run of numbers in the image and in the kernel. Runs shorter than this are taken one by one from a list
// of at most `most_steps`: starting a loop for each would cost more.
constexpr int64_t short_run = 24, most_steps = 256;

template <class T> struct ConvProduct {
  const T* x;  // [samples][ldx]
  int64_t ldx, samples;
  Axis vertical, horizontal;
  int64_t channels;      // of the image
  const T* packed;
  int64_t n;             // columns of the kernel, channels of the output
  const T* start;        // [n padded], or null for zero
  T* y;                  // [samples][ldy]
  int64_t ldy;
  const T* below;        // shape of y: the output is multiplied by f' from it; null: f is applied
  int64_t ldbelow;
  uint8_t* winners;      // [samples][ldw], or null
  int64_t ldw;
  int64_t window;        // positions of a pooling window along each axis; 1 for none
  int64_t function;
  Vec<T> slope;

  PanelView<T> p{};
  int64_t vector = 0;
  Taps rows_of[largest_pool]{}, columns_of[largest_pool]{};  // taps of the first window of the group
  int64_t parts = 1;     // positions of a window that are taken one after the other; 1 where a tile holds whole windows
  int64_t step_count = 0;
  // The positions of a tile. Where fewer are left than it holds, the last one is repeated.
  const T* from[tile_rows]{};
  int64_t sample[tile_rows]{}, place[tile_rows]{};
  int64_t far_samples = 0;  // from the first half of a tile's rows to the second, where pointers are but half the rows
  TileStep steps[most_steps]{};

  static constexpr int64_t lanes = Vec<T>::lanes;
  // Rows of a tile that holds whole windows of 2 x 2.
  static constexpr int window_rows = tile_rows / 4 * 4;

  // A tile of M positions in N vectors of columns: P pointers, and where that is half of M as many positions far_samples on.
  template <int P, int M, int N> __attribute__((noinline)) void run() {
    alignas(64) T values[M * N * lanes], best[M * N * lanes], number[M * N * lanes];
    const T* a[P];
    HEDDLE_UNROLL
    for (int i = 0; i < P; i++) a[i] = from[i];
    const int64_t column = p.column + vector * lanes, far = far_samples * ldx;
    const int last = n - column < N * lanes ? int(n - column - (N - 1) * lanes) : int(lanes);
    for (int64_t part = 0; part < parts; part++) {
      Tile<T, M, N> tile;
      if (start) tile.start_rows(start + column);
      else tile.clear();
      const Taps v = rows_of[part / window], h = columns_of[part % window];
      const T* const b = p.panel + vector * lanes;
      if (step_count > 0) {
        const int64_t offset = (v.source * horizontal.image + h.source) * channels;
        tile.template accumulate_steps<false>(steps, step_count, a, offset, far, b, 0);
      } else {
        const int64_t runs = horizontal.down == 1 ? 1 : h.count, length = horizontal.down == 1 ? h.count * channels : channels;
        for (int64_t t = 0; t < v.count; t++)
          for (int64_t r = 0; r < runs; r++) {
            const int64_t offset = ((v.source + t) * horizontal.image + h.source + r) * channels;
            tile.template accumulate_rows<false>(length, a, offset, far, 1, b + row_of(v, t, h, r) * p.ld, p.ld, 0);
          }
      }
      if (window == 1) store<P>(tile, column, last);
      else if (parts == 1) pool_rows<P>(tile, column, last);
      else {
        tile.store(values, N * lanes);
        pool_part(values, best, number, part, M * N);
      }
    }
    if (parts > 1) finish_parts(best, number, column, P, M, N, last);
    else if (below) finish(column, P, M, N, last);
  }

  // The kernel's row of tap number t down and r across.
  int64_t row_of(const Taps& v, int64_t t, const Taps& h, int64_t r) const {
    return ((v.tap + t * vertical.down) * horizontal.kernel + h.tap + r * horizontal.down) * channels;
  }

  // relu alone is worth doing on the way out; other functions follow when all of y is there.
  template <int P, int M, int N> inline void store(Tile<T, M, N>& tile, int64_t column, int last) const {
    if (function == relu && !below) {
      HEDDLE_UNROLL
      for (int i = 0; i < M; i++)
        HEDDLE_UNROLL
        for (int j = 0; j < N; j++) tile.c[i][j] = max(Vec<T>::zero(), tile.c[i][j]);
    }
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) {
      T* const out = y + (sample[i % P] + i / P * far_samples) * ldy + place[i % P] + column;
      HEDDLE_UNROLL
      for (int j = 0; j < N; j++) {
        if (j == N - 1) tile.c[i][j].store_partial(out + j * lanes, last);
        else tile.c[i][j].store(out + j * lanes);
      }
    }
  }

  // A tile of whole windows of 2 x 2: rows 0 … 3 are the first window, in order.
  template <int P, int M, int N> inline void pool_rows(const Tile<T, M, N>& tile, int64_t column, int last) const {
    if constexpr (M % 4 == 0) {
      HEDDLE_UNROLL
      for (int i = 0; i < M; i += 4)
        HEDDLE_UNROLL
        for (int j = 0; j < N; j++) {
          Largest<T> most{tile.c[i][j], Vec<T>::zero()};
          HEDDLE_UNROLL
          for (int k = 1; k < 4; k++) most.take(tile.c[i + k][j], Vec<T>::set1(T(k)));
          if (function == relu) most.value = max(Vec<T>::zero(), most.value);
          const int64_t s = sample[i % P] + i / P * far_samples, to = place[i % P] + column + j * lanes;
          const int count = j == N - 1 ? last : int(lanes);
          most.value.store_partial(y + s * ldy + to, count);
          if (winners) most.place.store_bytes_partial(winners + s * ldw + to, count);
        }
    }
  }

  // Takes one value of each window into the largest so far.
  __attribute__((noinline)) void pool_part(const T* values, T* best, T* number, int64_t part, int vectors) const {
    const Vec<T> own = Vec<T>::set1(T(part));
    for (int i = 0; i < vectors * lanes; i += lanes) {
      Largest<T> most{Vec<T>::load(values + i), own};
      if (part > 0) {
        most = {Vec<T>::load(best + i), Vec<T>::load(number + i)};
        most.take(Vec<T>::load(values + i), own);
      }
      most.value.store(best + i);
      most.place.store(number + i);
    }
  }

  __attribute__((noinline)) void finish_parts(const T* best, const T* number, int64_t column, int pointers, int m, int vectors, int last) const {
    for (int i = 0; i < m; i++)
      for (int j = 0; j < vectors; j++) {
        const int64_t s = sample[i % pointers] + i / pointers * far_samples, to = place[i % pointers] + column + j * lanes;
        const int64_t at = (i * vectors + j) * lanes, count = j == vectors - 1 ? last : lanes;
        const Vec<T> value = Vec<T>::load(best + at);
        store_lanes(function == relu ? max(Vec<T>::zero(), value) : value, y + s * ldy + to, count);
        if (winners) store_byte_lanes(Vec<T>::load(number + at), winners + s * ldw + to, count);
      }
  }

  // Multiplies by f'. The tile was just stored: it comes from the first-level cache. A repeated position is finished once.
  __attribute__((noinline)) void finish(int64_t column, int pointers, int m, int vectors, int last) const {
    for (int i = 0; i < m; i++) {
      const int64_t r = i % pointers, s = sample[r] + i / pointers * far_samples;
      if (r > 0 && sample[r] == sample[r - 1] && place[r] == place[r - 1]) continue;
      for (int j = 0; j < vectors; j++) {
        const int64_t at = place[r] + column + j * lanes, count = j == vectors - 1 ? last : lanes;
        T* const out = y + s * ldy + at;
        store_lanes(apply_derivative(function, slope, load_lanes(below + s * ldbelow + at, count), load_lanes(out, count)), out, count);
      }
    }
  }

  // All windows of two groups, of all samples.
  void tiles(const Group& down, const Group& across) {
    for (int64_t i = 0; i < window; i++) {
      rows_of[i] = vertical.taps(down.first * window + i);
      columns_of[i] = horizontal.taps(across.first * window + i);
    }
    list_steps();
    const int64_t half = samples / 2, positions = half * down.count * across.count, vectors = p.vectors - vector;
    if constexpr (tile_vectors == 3) {
      // A border has few positions.
      if (!whole_windows() && samples * down.count * across.count <= tile_rows / 2)
        return cut<tile_rows / 2, tile_rows / 2, tile_vectors>(down, across, 0, samples, 0);
      // Few columns leave registers for more rows.
      if (vectors == 1 && positions >= tile_rows) return in_pairs<tile_rows, 2 * tile_rows, 1>(down, across, half);
      if (vectors == 2 && positions >= tile_rows && !whole_windows()) return in_pairs<tile_rows * 3 / 4, tile_rows * 3 / 2, 2>(down, across, half);
    }
    if (whole_windows() && window_rows < tile_rows) cut<window_rows, window_rows, tile_vectors>(down, across, 0, samples, 0);
    else cut<tile_rows, tile_rows, tile_vectors>(down, across, 0, samples, 0);
  }

  // The first half of the samples with the second, and the last one of an odd number on its own.
  template <int P, int M, int N> void in_pairs(const Group& down, const Group& across, int64_t half) {
    cut<P, M, N>(down, across, 0, half, half);
    if (samples % 2) cut<tile_rows, tile_rows, N>(down, across, samples - 1, 1, 0);
  }

  // Whether all positions of a window meet the same taps.
  bool uniform() const {
    for (int64_t i = 1; i < window; i++)
      if (rows_of[i].tap != rows_of[0].tap || rows_of[i].count != rows_of[0].count || columns_of[i].tap != columns_of[0].tap ||
          columns_of[i].count != columns_of[0].count)
        return false;
    return true;
  }

  void list_steps() {
    const Taps v = rows_of[0], h = columns_of[0];
    step_count = 0;
    if (!uniform() || h.count * channels >= short_run || v.count * h.count * channels > most_steps) return;
    for (int64_t t = 0; t < v.count; t++)
      for (int64_t r = 0; r < h.count; r++)
        for (int64_t c = 0; c < channels; c++)
          steps[step_count++] = {(t * horizontal.image + r) * channels + c, (row_of(v, t, h, r) + c) * p.ld};
  }

  bool whole_windows() const { return window == 2 && uniform(); }

  // The tiles of `count` samples, as evenly as they divide: one position of each window after the other, or windows of 2 x 2 at once.
  template <int P, int M, int N> __attribute__((noinline)) void cut(const Group& down, const Group& across, int64_t first_sample, int64_t count, int64_t distance) {
    const bool whole = whole_windows();
    parts = whole ? 1 : window * window;
    far_samples = distance;
    const int64_t rows_each = whole ? 4 : 1, capacity = P / rows_each;
    const int64_t line = horizontal.image * channels, row_step = vertical.up * window * line, column_step = horizontal.up * window * channels;
    const int64_t width = horizontal.positions / window;
    const int64_t row_place = vertical.down * width * n, column_place = horizontal.down * n;
    const int64_t all = count * down.count * across.count, tiles = (all + capacity - 1) / capacity;
    int64_t s = first_sample, i = 0, j = 0;
    const T* at = x + s * ldx;
    int64_t out = (down.first * width + across.first) * n;
    for (int64_t t = 0; t < tiles; t++) {
      const int64_t size = all * (t + 1) / tiles - all * t / tiles;
      for (int64_t r = 0; r < P; r += rows_each) {
        if (r >= size * rows_each) {
          for (int64_t q = r; q < r + rows_each; q++) from[q] = from[q - rows_each];
          sample[r] = sample[r - rows_each];
          place[r] = place[r - rows_each];
          continue;
        }
        from[r] = at;
        sample[r] = s;
        place[r] = out;
        if (whole) {
          from[r + 1] = at + horizontal.up * channels;
          from[r + 2] = at + vertical.up * line;
          from[r + 3] = from[r + 2] + horizontal.up * channels;
        }
        at += column_step;
        out += column_place;
        if (++j < across.count) continue;
        j = 0;
        at += row_step - across.count * column_step;
        out += row_place - across.count * column_place;
        if (++i < down.count) continue;
        i = 0;
        at += ldx - down.count * row_step;
        out -= down.count * row_place;
        s++;
      }
      run_vectors<P, M, N>(p.vectors - vector);
    }
  }

  template <int P, int M, int N> inline void run_vectors(int64_t left) {
    if constexpr (N > 1) {
      if (left < N) return run_vectors<P, M, N - 1>(left);
    }
    run<P, M, N>();
  }

  void multiply() {
    for_each_panel(packed, vertical.kernel * horizontal.kernel * channels, n, [&](const PanelView<T>& panel) {
      p = panel;
      for (vector = 0; vector < p.vectors; vector += tile_vectors)
        for_each_group(vertical, window, [&](const Group& down) {
          for_each_group(horizontal, window, [&](const Group& across) { tiles(down, across); });
        });
    });
    if (function != identity && function != relu && !below) apply_function();
  }

  void apply_function() const {
    const int64_t length = vertical.positions / window * (horizontal.positions / window) * n;
    for (int64_t s = 0; s < samples; s++)
      for (int64_t i = 0; i < length; i += lanes) {
        T* const at = y + s * ldy + i;
        store_lanes(apply(function, slope, load_lanes(at, length - i)), at, length - i);
      }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
