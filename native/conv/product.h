// The product that a convolution and its transpose are: for each position of the output, image numbers times the packed
// kernel [tap y][tap x][channel][n]. A tile is any few positions whose taps all lie inside the image, or all in the same part
// of it, times a few vectors of columns: nothing is padded, copied or multiplied in vain, and every number of the output is one
// chain of FMAs over the taps inside, in order, wherever its position falls.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

constexpr int64_t largest_pool = 16;  // the winner's place in its window is a byte

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
  // The positions of a tile. There are always tile_rows: where fewer are left, the last one is repeated.
  const T* from[tile_rows]{};
  int64_t sample[tile_rows]{}, place[tile_rows]{};

  static constexpr int64_t lanes = Vec<T>::lanes;
  using Scratch = T[tile_rows * tile_vectors * lanes];

  template <int M, int N> inline void run() {
    alignas(64) Scratch values, best, number;
    const T* a[M];
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) a[i] = from[i];
    const int64_t column = p.column + vector * lanes;
    const int last = n - column < N * lanes ? int(n - column - (N - 1) * lanes) : int(lanes);
    for (int64_t part = 0; part < window * window; part++) {
      Tile<T, M, N> tile;
      if (start) tile.start_rows(start + column);
      else tile.clear();
      const Taps v = rows_of[part / window], h = columns_of[part % window];
      // Taps in a row are neighbours in the image, and in the kernel unless some are left out.
      const int64_t runs = horizontal.down == 1 ? 1 : h.count, length = horizontal.down == 1 ? h.count * channels : channels;
      for (int64_t t = 0; t < v.count; t++)
        for (int64_t r = 0; r < runs; r++) {
          const int64_t k = ((v.tap + t * vertical.down) * horizontal.kernel + h.tap + r * horizontal.down) * channels;
          const int64_t offset = ((v.source + t) * horizontal.image + h.source + r) * channels;
          tile.accumulate_rows(length, a, offset, 1, p.panel + k * p.ld + vector * lanes, p.ld);
        }
      if (window > 1) {
        tile.store(values, N * lanes);
        pool(values, best, number, part, M * N);
      } else {
        HEDDLE_UNROLL
        for (int i = 0; i < M; i++) {
          T* out = y + sample[i] * ldy + place[i] + column;
          HEDDLE_UNROLL
          for (int j = 0; j < N; j++) {
            if (j == N - 1) tile.c[i][j].store_partial(out + j * lanes, last);
            else tile.c[i][j].store(out + j * lanes);
          }
        }
      }
    }
    if (window > 1) finish_pool(best, number, column, M, N, last);
    else if (function != identity) finish(column, M, N, last);
  }

  // Takes one value of each window into the largest so far.
  __attribute__((noinline)) void pool(const T* values, T* best, T* number, int64_t part, int vectors) const {
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

  __attribute__((noinline)) void finish_pool(const T* best, const T* number, int64_t column, int m, int vectors, int last) const {
    for (int i = 0; i < m; i++)
      for (int j = 0; j < vectors; j++) {
        const int64_t at = (i * vectors + j) * lanes, to = place[i] + column + j * lanes;
        const int64_t count = j == vectors - 1 ? last : lanes;
        store_lanes(apply(function, slope, Vec<T>::load(best + at)), y + sample[i] * ldy + to, count);
        if (winners) store_byte_lanes(Vec<T>::load(number + at), winners + sample[i] * ldw + to, count);
      }
  }

  // The tile was just stored: it comes from the first-level cache. A repeated position is finished once.
  __attribute__((noinline)) void finish(int64_t column, int m, int vectors, int last) const {
    for (int i = 0; i < m; i++) {
      if (i > 0 && sample[i] == sample[i - 1] && place[i] == place[i - 1]) break;
      for (int j = 0; j < vectors; j++) {
        const int64_t at = place[i] + column + j * lanes;
        const int count = j == vectors - 1 ? last : int(lanes);
        T* out = y + sample[i] * ldy + at;
        const Vec<T> value = Vec<T>::load_partial(out, count);
        const Vec<T> result = below ? apply_derivative(function, slope, Vec<T>::load_partial(below + sample[i] * ldbelow + at, count), value)
                                    : apply(function, slope, value);
        result.store_partial(out, count);
      }
    }
  }

  // The tiles of all windows of two groups, of all samples, as evenly as they divide.
  void tiles(const Group& down, const Group& across) {
    for (int64_t i = 0; i < window; i++) {
      rows_of[i] = vertical.taps(down.first * window + i);
      columns_of[i] = horizontal.taps(across.first * window + i);
    }
    const int64_t row_step = vertical.up * window * horizontal.image * channels, column_step = horizontal.up * window * channels;
    const int64_t width = horizontal.positions / window;
    const int64_t row_place = vertical.down * width * n, column_place = horizontal.down * n;
    const int64_t all = samples * down.count * across.count, count = (all + tile_rows - 1) / tile_rows;
    int64_t s = 0, i = 0, j = 0;
    for (int64_t t = 0; t < count; t++) {
      const int64_t size = all * (t + 1) / count - all * t / count;
      for (int64_t r = 0; r < tile_rows; r++) {
        if (r >= size) {
          from[r] = from[r - 1];
          sample[r] = sample[r - 1];
          place[r] = place[r - 1];
          continue;
        }
        from[r] = x + s * ldx + i * row_step + j * column_step;
        sample[r] = s;
        place[r] = (down.first * width + across.first) * n + i * row_place + j * column_place;
        if (++j < across.count) continue;
        j = 0;
        if (++i < down.count) continue;
        i = 0;
        s++;
      }
      with_vectors<tile_rows, tile_vectors>(p.vectors - vector, *this);
    }
  }

  void multiply() {
    for_each_panel(packed, vertical.kernel * horizontal.kernel * channels, n, [&](const PanelView<T>& panel) {
      p = panel;
      for (vector = 0; vector < p.vectors; vector += tile_vectors)
        for_each_group(vertical, window, [&](const Group& down) {
          for_each_group(horizontal, window, [&](const Group& across) { tiles(down, across); });
        });
    });
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
