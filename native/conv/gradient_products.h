// The gradient by the kernel (conv/gradient_product.h), compiled once for all kernels that need it.
#pragma once
#include <stdint.h>
#include <string.h>

#include "conv/geometry.h"
#include "conv/gradient_product.h"
#include "gemm/panels.h"
#include "gemm/tile.h"
#include "isa/isa.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Bytes of dy that are taken at a time, so that they stay close for all tiles.
constexpr int64_t gradient_block_bytes = 96 * 1024;
// Rows of pixels shorter than this are taken pixel by pixel from a list.
constexpr int64_t short_row = 8;
// Where there are fewer channels than this, and padding, a sample is copied with its padding if that takes no more
// bytes.
constexpr int64_t few_channels = 8, padded_copy_bytes = 32 * 1024;
// Pixels of such a list.
constexpr int64_t most_pixels = 256;

template <class T> struct ConvGradientProduct : ConvGradientOperands<T> {
  using ConvGradientOperands<T>::x, ConvGradientOperands<T>::ldx, ConvGradientOperands<T>::dy,
      ConvGradientOperands<T>::lddy;
  using ConvGradientOperands<T>::samples, ConvGradientOperands<T>::g, ConvGradientOperands<T>::clear;
  using ConvGradientOperands<T>::first_row, ConvGradientOperands<T>::last_row;

  PanelView<T> p{};
  int64_t vector = 0;
  int64_t first_sample = 0, last_sample = 0;
  bool from_zero = false;
  int64_t top = 0, bottom = 0, left = 0, right = 0;  // pixels whose taps lie inside
  int64_t step_count = 0;
  // Registers hold one row more than a tile has where that leaves fewer rows empty.
  static constexpr int most_rows = broadcast_from_memory ? tile_rows + 1 : tile_rows;
  const T* from[most_rows]{};
  T* to[most_rows]{};
  TileStep steps[most_pixels]{};

  static constexpr int64_t lanes = Vec<T>::lanes;

  explicit ConvGradientProduct(const ConvGradientOperands<T>& operands) : ConvGradientOperands<T>(operands) {}

  // Positions of an axis at which tap t lies inside the image.
  static Group inside(int64_t t, int64_t image, int64_t positions, int64_t stride, int64_t pad) {
    const int64_t before = pad - t > 0 ? (pad - t + stride - 1) / stride : 0, room = image - 1 + pad - t;
    const int64_t after = room < 0 ? 0 : room / stride + 1, end = after < positions ? after : positions;
    return {before, end > before ? end - before : 0};
  }
  Group rows_of(int64_t t) const { return inside(t, g.height, g.out_height, g.stride_height, g.pad_top); }
  Group columns_of(int64_t t) const { return inside(t, g.width, g.out_width, g.stride_width, g.pad_left); }

  template <int M, int N, bool Edge>
  inline void accumulate(Tile<T, M, N>& tile, const T* const (&a)[M], int last) const {
    const int64_t column = p.column + vector * lanes;
    const int64_t row = g.stride_height * g.width * g.channels, pixel = g.stride_width * g.channels;
    for (int64_t s = first_sample; s < last_sample; s++) {
      const T* const b = dy + s * lddy + column;
      if (step_count > 0) {
        tile.template accumulate_steps<Edge>(steps, step_count, a, s * ldx, 0, b, last);
        continue;
      }
      for (int64_t i = top; i < bottom; i++)
        tile.template accumulate_rows<Edge>(right - left, a, s * ldx + (i - top) * row, 0, pixel,
                                            b + (i * g.out_width + left) * g.filters, g.filters, last);
    }
  }

  template <int M, int N> __attribute__((noinline)) void run() {
    const T* a[M];
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) a[i] = from[i];
    const int64_t column = p.column + vector * lanes;
    const int last = g.filters - column < N * lanes ? int(g.filters - column - (N - 1) * lanes) : int(lanes);
    Tile<T, M, N> tile;
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) HEDDLE_UNROLL
    for (int j = 0; j < N; j++) tile.c[i][j] = from_zero ? Vec<T>::zero() : Vec<T>::load(to[i] + j * lanes);
    if (last == lanes)
      accumulate<M, N, false>(tile, a, last);
    else
      accumulate<M, N, true>(tile, a, last);
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++) HEDDLE_UNROLL
    for (int j = 0; j < N; j++) {
      // Padding stays exactly zero, whatever x holds.
      if (j == N - 1 && last < lanes) {
        Vec<T>::zero().store(to[i] + j * lanes);
        tile.c[i][j].store_partial(to[i] + j * lanes, last);
      } else {
        tile.c[i][j].store(to[i] + j * lanes);
      }
    }
  }

  void multiply(const PanelView<T>& panel, int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    p = panel;
    const int64_t height = (g.out_height - 1) * g.stride_height + g.kernel_height,
                  width = (g.out_width - 1) * g.stride_width + g.kernel_width;
    const bool padding = g.pad_top > 0 || g.pad_left > 0 || height > g.height || width > g.width;
    if (padding && g.channels < few_channels && height * width * g.channels * int64_t(sizeof(T)) <= padded_copy_bytes)
      return multiply_padded(height, width, first_channel, last_channel, out, tap_rows);
    const int64_t bytes = g.out_height * g.out_width * p.ld * int64_t(sizeof(T));
    const int64_t at_once = bytes > 0 && bytes < gradient_block_bytes ? gradient_block_bytes / bytes : 1;
    first_sample = 0;
    do {
      last_sample = samples - first_sample < at_once ? samples : first_sample + at_once;
      from_zero = clear && first_sample == 0;
      columns(first_channel, last_channel, out, tap_rows);
      first_sample = last_sample;
    } while (first_sample < samples);
  }

  // Sample by sample from a copy with its padding.
  __attribute__((noinline)) void multiply_padded(int64_t height, int64_t width, int64_t first_channel,
                                                 int64_t last_channel, T* out, int64_t tap_rows) {
    alignas(64) T copy[padded_copy_bytes / sizeof(T)];
    for (int64_t i = 0; i < height * width * g.channels; i++) copy[i] = 0;
    ConvGradientProduct one({copy, 0, dy, lddy, 1, g, clear, first_row, last_row});
    one.p = p;
    one.g.height = height;
    one.g.width = width;
    one.g.pad_top = one.g.pad_left = 0;
    const int64_t across = width - g.pad_left < g.width ? width - g.pad_left : g.width,
                  down = height - g.pad_top < g.height ? height - g.pad_top : g.height;
    for (int64_t s = 0; s < samples || s == 0; s++) {
      for (int64_t i = 0; i < down && s < samples; i++)
        memcpy(copy + ((i + g.pad_top) * width + g.pad_left) * g.channels, x + s * ldx + i * g.width * g.channels,
               size_t(across * g.channels) * sizeof(T));
      one.dy = dy + s * lddy;
      one.last_sample = s < samples ? 1 : 0;
      one.from_zero = clear && s == 0;
      one.columns(first_channel, last_channel, out, tap_rows);
    }
  }

  __attribute__((noinline)) void columns(int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    for (vector = 0; vector < p.vectors; vector += tile_vectors)
      taps(first_channel, last_channel, out + vector * lanes, tap_rows);
  }

  // Taps that see the same pixels share tiles.
  void taps(int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    const auto same = [](const Group& a, const Group& b) { return a.first == b.first && a.count == b.count; };
    const int64_t end = last_row < g.kernel_height ? last_row : g.kernel_height;
    for (int64_t v = first_row, v_end; v < end; v = v_end) {
      const Group down = rows_of(v);
      for (v_end = v + 1; v_end < end && same(down, rows_of(v_end));) v_end++;
      for (int64_t h = 0, h_end; h < g.kernel_width; h = h_end) {
        const Group across = columns_of(h);
        for (h_end = h + 1; h_end < g.kernel_width && same(across, columns_of(h_end));) h_end++;
        top = down.first;
        bottom = top + down.count;
        left = across.first;
        right = left + across.count;
        list_steps();
        tiles(v, v_end, h, h_end, first_channel, last_channel, out, tap_rows);
      }
    }
  }

  void list_steps() {
    step_count = 0;
    if (right - left >= short_row || (bottom - top) * (right - left) > most_pixels) return;
    for (int64_t i = top; i < bottom; i++)
      for (int64_t j = left; j < right; j++)
        steps[step_count++] = {((i - top) * g.stride_height * g.width + (j - left) * g.stride_width) * g.channels,
                               (i * g.out_width + j) * g.filters};
  }

  void tiles(int64_t v0, int64_t v1, int64_t h0, int64_t h1, int64_t c0, int64_t c1, T* out, int64_t tap_rows) {
    const auto wholes = [](int64_t n, int64_t of) { return (n + of - 1) / of; };
    const int64_t all = (v1 - v0) * (h1 - h0) * (c1 - c0);
    const int64_t size_of =
                      wholes(all, most_rows) * most_rows < wholes(all, tile_rows) * tile_rows ? most_rows : tile_rows,
                  count = wholes(all, size_of);
    int64_t v = v0, h = h0, c = c0;
    for (int64_t t = 0; t < count; t++) {
      const int64_t size = all * (t + 1) / count - all * t / count;
      for (int64_t r = 0; r < size_of; r++) {
        if (r > 0 && r >= size) {  // no row is left: the last one once more
          from[r] = from[r - 1];
          to[r] = to[r - 1];
          continue;
        }
        from[r] =
            x +
            ((top * g.stride_height + v - g.pad_top) * g.width + left * g.stride_width + h - g.pad_left) * g.channels +
            c;
        to[r] = out + ((v * g.kernel_width + h) * tap_rows + c - c0) * p.ld;
        if (++c < c1) continue;
        c = c0;
        if (++h < h1) continue;
        h = h0;
        v++;
      }
      if (size_of > tile_rows)
        with_vectors<most_rows, tile_vectors>(p.vectors - vector, *this);
      else
        with_vectors<tile_rows, tile_vectors>(p.vectors - vector, *this);
    }
  }
};

template <class T> void add_gradient(const ConvGradientOperands<T>& o, const PanelView<T>& panel, int64_t first_channel,
                                     int64_t last_channel, T* out, int64_t tap_rows) {
  ConvGradientProduct<T>(o).multiply(panel, first_channel, last_channel, out, tap_rows);
}

template void add_gradient(const ConvGradientOperands<float>&, const PanelView<float>&, int64_t, int64_t, float*,
                           int64_t);
template void add_gradient(const ConvGradientOperands<double>&, const PanelView<double>&, int64_t, int64_t, double*,
                           int64_t);

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
