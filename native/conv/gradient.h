// The gradient by the kernel: dw[k][filter] += sum over samples and pixels of x * dy, each number one chain of FMAs, sample by
// sample, pixel by pixel in row-major order. Pixels whose tap falls outside the image are left out; with few channels they count as
// zeros, so that taps that see different pixels can share a tile.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Bytes of dy that are taken at a time, so that they stay close for all tiles.
constexpr int64_t gradient_block_bytes = 96 * 1024;
// Rows of pixels shorter than this are taken pixel by pixel from a list.
constexpr int64_t short_row = 8;
// Where there are fewer channels than this, and padding, a sample is copied with its padding if that takes no more bytes.
constexpr int64_t few_channels = 8, padded_copy_bytes = 32 * 1024;

template <class T> struct ConvGradientProduct {
  const T* x; int64_t ldx;    // [samples][ldx]
  const T* dy; int64_t lddy;  // [samples][lddy]
  int64_t samples;
  ConvGeometry g;
  bool clear;                 // the sum starts from 0, else from what is stored

  PanelView<T> p{};
  int64_t vector = 0;
  int64_t first_sample = 0, last_sample = 0;
  bool from_zero = false;
  int64_t top = 0, bottom = 0, left = 0, right = 0;  // pixels whose taps lie inside
  int64_t step_count = 0;
  // Registers hold one row more than a tile has where that leaves fewer rows empty.
  static constexpr int most_rows = tile_vectors == 3 ? tile_rows + 1 : tile_rows;
  const T* from[most_rows]{};
  T* to[most_rows]{};
  TileStep steps[most_steps]{};

  static constexpr int64_t lanes = Vec<T>::lanes;

  // Positions of an axis at which tap t lies inside the image.
  static Group inside(int64_t t, int64_t image, int64_t positions, int64_t stride, int64_t pad) {
    const int64_t before = pad - t > 0 ? (pad - t + stride - 1) / stride : 0, room = image - 1 + pad - t;
    const int64_t after = room < 0 ? 0 : room / stride + 1, end = after < positions ? after : positions;
    return {before, end > before ? end - before : 0};
  }
  Group rows_of(int64_t t) const { return inside(t, g.height, g.out_height, g.stride_height, g.pad_top); }
  Group columns_of(int64_t t) const { return inside(t, g.width, g.out_width, g.stride_width, g.pad_left); }

  template <int M, int N, bool Edge> inline void accumulate(Tile<T, M, N>& tile, const T* const (&a)[M], int last) const {
    const int64_t column = p.column + vector * lanes;
    const int64_t row = g.stride_height * g.width * g.channels, pixel = g.stride_width * g.channels;
    for (int64_t s = first_sample; s < last_sample; s++) {
      const T* const b = dy + s * lddy + column;
      if (step_count > 0) {
        tile.template accumulate_steps<Edge>(steps, step_count, a, s * ldx, 0, b, last);
        continue;
      }
      for (int64_t i = top; i < bottom; i++)
        tile.template accumulate_rows<Edge>(right - left, a, s * ldx + (i - top) * row, 0, pixel, b + (i * g.out_width + left) * g.filters, g.filters, last);
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
    for (int i = 0; i < M; i++)
      HEDDLE_UNROLL
      for (int j = 0; j < N; j++) tile.c[i][j] = from_zero ? Vec<T>::zero() : Vec<T>::load(to[i] + j * lanes);
    if (last == lanes) accumulate<M, N, false>(tile, a, last);
    else accumulate<M, N, true>(tile, a, last);
    HEDDLE_UNROLL
    for (int i = 0; i < M; i++)
      HEDDLE_UNROLL
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

  // The rows (tap, channel first … last) of one panel. Tap t's rows of the sum start at out + t * tap_rows * ld.
  void multiply(const PanelView<T>& panel, int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    p = panel;
    const int64_t height = (g.out_height - 1) * g.stride_height + g.kernel_height, width = (g.out_width - 1) * g.stride_width + g.kernel_width;
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

  __attribute__((noinline)) void multiply_padded(int64_t height, int64_t width, int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    alignas(64) T copy[padded_copy_bytes / sizeof(T)];
    for (int64_t i = 0; i < height * width * g.channels; i++) copy[i] = 0;
    ConvGradientProduct one{copy, 0, dy, lddy, 1, g, clear};
    one.p = p;
    one.g.height = height;
    one.g.width = width;
    one.g.pad_top = one.g.pad_left = 0;
    const int64_t across = width - g.pad_left < g.width ? width - g.pad_left : g.width, down = height - g.pad_top < g.height ? height - g.pad_top : g.height;
    for (int64_t s = 0; s < samples || s == 0; s++) {
      for (int64_t i = 0; i < down && s < samples; i++)
        memcpy(copy + ((i + g.pad_top) * width + g.pad_left) * g.channels, x + s * ldx + i * g.width * g.channels, size_t(across * g.channels) * sizeof(T));
      one.dy = dy + s * lddy;
      one.last_sample = s < samples ? 1 : 0;
      one.from_zero = clear && s == 0;
      one.columns(first_channel, last_channel, out, tap_rows);
    }
  }

  __attribute__((noinline)) void columns(int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    for (vector = 0; vector < p.vectors; vector += tile_vectors) taps(first_channel, last_channel, out + vector * lanes, tap_rows);
  }

  // Taps that see the same pixels share tiles.
  void taps(int64_t first_channel, int64_t last_channel, T* out, int64_t tap_rows) {
    const auto same = [](const Group& a, const Group& b) { return a.first == b.first && a.count == b.count; };
    for (int64_t v = 0, v_end; v < g.kernel_height; v = v_end) {
      const Group down = rows_of(v);
      for (v_end = v + 1; v_end < g.kernel_height && same(down, rows_of(v_end));) v_end++;
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
    if (right - left >= short_row || (bottom - top) * (right - left) > most_steps) return;
    for (int64_t i = top; i < bottom; i++)
      for (int64_t j = left; j < right; j++)
        steps[step_count++] = {((i - top) * g.stride_height * g.width + (j - left) * g.stride_width) * g.channels, (i * g.out_width + j) * g.filters};
  }

  void tiles(int64_t v0, int64_t v1, int64_t h0, int64_t h1, int64_t c0, int64_t c1, T* out, int64_t tap_rows) {
    const auto wholes = [](int64_t n, int64_t of) { return (n + of - 1) / of; };
    const int64_t all = (v1 - v0) * (h1 - h0) * (c1 - c0);
    const int64_t size_of = wholes(all, most_rows) * most_rows < wholes(all, tile_rows) * tile_rows ? most_rows : tile_rows, count = wholes(all, size_of);
    int64_t v = v0, h = h0, c = c0;
    for (int64_t t = 0; t < count; t++) {
      const int64_t size = all * (t + 1) / count - all * t / count;
      for (int64_t r = 0; r < size_of; r++) {
        if (r >= size) {
          from[r] = from[r - 1];
          to[r] = to[r - 1];
          continue;
        }
        from[r] = x + ((top * g.stride_height + v - g.pad_top) * g.width + left * g.stride_width + h - g.pad_left) * g.channels + c;
        to[r] = out + ((v * g.kernel_width + h) * tap_rows + c - c0) * p.ld;
        if (++c < c1) continue;
        c = c0;
        if (++h < h1) continue;
        h = h0;
        v++;
      }
      if (size_of > tile_rows) with_vectors<most_rows, tile_vectors>(p.vectors - vector, *this);
      else with_vectors<tile_rows, tile_vectors>(p.vectors - vector, *this);
    }
  }
};

template <class T> struct ConvGradientArguments {
  const T* x; int64_t ldx;    // [chunk][ldx]
  const T* dy; int64_t lddy;  // [chunk][lddy]
  T* g; int64_t stride;       // [groups][stride]: packed as the kernel
  ConvGeometry geometry;
};

// convGradient: adds this block's samples to the gradient of its group.
template <class T> void conv_gradient(const Word* words, const Step& step) {
  const auto a = read_arguments<ConvGradientArguments<T>>(words);
  ConvGradientProduct<T> product{a.x + step.first * a.ldx, a.ldx, a.dy + step.first * a.lddy, a.lddy, step.rows, a.geometry, step.start};
  const int64_t depth = a.geometry.taps() * a.geometry.channels;
  for_each_panel(a.g + step.group * a.stride, depth, a.geometry.filters, [&](const PanelView<T>& panel) {
    product.multiply(panel, 0, a.geometry.channels, const_cast<T*>(panel.panel), a.geometry.channels);
  });
}

template <class T> struct BiasGradientArguments {
  const T* dy; int64_t lddy;  // [chunk][lddy]: [pixels][channels]
  T* g; int64_t stride;       // [groups][stride]: [channels padded]
  int64_t pixels, channels;
};

// biasGradient: adds the sum of dy over this block's samples and their pixels to the gradient of its group: a sample's pixels
// in four sums, pixel by pixel in turn, which are folded and added to the group's.
template <class T> void bias_gradient(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<BiasGradientArguments<T>>(words);
  for (int64_t j = 0; j < a.channels; j += V::lanes) {
    const int count = a.channels - j < V::lanes ? int(a.channels - j) : int(V::lanes);
    T* const out = a.g + step.group * a.stride + j;
    V sum = step.start ? V::zero() : V::load(out);
    for (int64_t r = step.first; r < step.first + step.rows; r++) {
      const T* const from = a.dy + r * a.lddy + j;
      V part[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
      int64_t i = 0;
      for (; i + 4 <= a.pixels; i += 4)
        for (int k = 0; k < 4; k++) part[k] = part[k] + V::load_partial(from + (i + k) * a.channels, count);
      for (int k = 0; i + k < a.pixels; k++) part[k] = part[k] + V::load_partial(from + (i + k) * a.channels, count);
      sum = sum + ((part[0] + part[1]) + (part[2] + part[3]));
    }
    sum.store(out);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
