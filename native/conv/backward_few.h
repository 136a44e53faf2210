// The gradient by an input of few channels, whose vectors would be mostly empty: the columns are all taps' channels instead.
// For each output position, dy times the kernel as [filter][tap, channel] gives what it passes to each number of its window; an
// input pixel then adds what the windows that hold it pass to it, tap by tap in the order of the turned kernel.
#pragma once

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Both tables lie on the stack, so that larger ones are left to ConvProduct.
constexpr int64_t passed_bytes = 96 * 1024, kernel_rows_bytes = 32 * 1024;

template <class T> struct ConvBackwardFew {
  ConvProduct<T> product;  // of the same gradient: its axes and operands
  const int64_t kernel_columns, kernel_ld, passed_ld;  // taps x channels; from filter to filter; from position to position
  T kernel[kernel_rows_bytes / sizeof(T)], passed[passed_bytes / sizeof(T)];
  int64_t row = 0, vector = 0;
  const T* dy = nullptr;

  static constexpr int64_t lanes = Vec<T>::lanes;
  // Not the tile's own rows: the choice must be the same on every instruction set.
  static constexpr int64_t fewest_positions = 8;
  static_assert(tile_rows <= fewest_positions);

  // The tables stay as they are: filling them would take as long as the work.
  ConvBackwardFew(const ConvProduct<T>& p, int64_t columns)
      : product(p), kernel_columns(columns), kernel_ld(padded_of(columns)), passed_ld(kernel_ld + lanes) {}
  static int64_t padded_of(int64_t n) { return (n + lanes - 1) / lanes * lanes; }
  static bool suits(const ConvGeometry& g) {
    const int64_t columns = g.taps() * g.channels, ld = padded_of(columns), positions = g.out_height * g.out_width;
    return 2 * g.channels <= lanes && positions >= fewest_positions && (g.filters * ld + lanes) * int64_t(sizeof(T)) <= kernel_rows_bytes &&
           (positions + 1) * (ld + lanes) * int64_t(sizeof(T)) <= passed_bytes;
  }
  // From [tap, filter][one vector of channels] to [filter][tap, channel].
  void lay_out_kernel() {
    const int64_t taps = product.vertical.kernel * product.horizontal.kernel, filters = product.channels;
    for (int64_t f = 0; f < filters; f++)
      for (int64_t t = 0; t < taps; t++) Vec<T>::load(product.packed + (t * filters + f) * lanes).store(kernel + f * kernel_ld + t * product.n);
    for (int64_t f = 0; f < filters; f++)
      for (int64_t k = kernel_columns; k < kernel_ld; k++) kernel[f * kernel_ld + k] = 0;
  }

  template <int M, int N> __attribute__((noinline)) void run() {
    Tile<T, M, N> tile;
    tile.clear();
    tile.accumulate(product.channels, dy + row * product.channels, product.channels, 1, kernel + vector * lanes, kernel_ld);
    tile.store(passed + row * passed_ld + vector * lanes, passed_ld);
  }

  void gather(T* out) const {
    const Axis &vertical = product.vertical, &horizontal = product.horizontal;
    for (int64_t i = 0; i < vertical.positions; i++) {
      const Taps v = vertical.taps(i);
      for (int64_t j = 0; j < horizontal.positions; j++) {
        const Taps h = horizontal.taps(j);
        Vec<T> sum = Vec<T>::zero();
        for (int64_t t = 0; t < v.count; t++)
          for (int64_t r = 0; r < h.count; r++)
            sum = sum + Vec<T>::load(passed + ((v.source + t) * horizontal.image + h.source + r) * passed_ld + product.row_of(v, t, h, r) / product.channels * product.n);
        sum.store_partial(out + (i * horizontal.positions + j) * product.n, int(product.n));
      }
    }
  }

  void multiply() {
    const int64_t positions = product.vertical.image * product.horizontal.image, vectors = kernel_ld / lanes;
    lay_out_kernel();
    for (int64_t s = 0; s < product.samples; s++) {
      dy = product.x + s * product.ldx;
      for (int64_t next = 0; next < positions; next += tile_rows) {
        // The last tile takes some positions again.
        row = next < positions - tile_rows ? next : positions - tile_rows;
        for (vector = 0; vector < vectors; vector += tile_vectors) with_vectors<tile_rows, tile_vectors>(vectors - vector, *this);
      }
      T* const out = product.y + s * product.ldy;
      gather(out);
      if (!product.below) continue;
      const int64_t length = product.vertical.positions * product.horizontal.positions * product.n;
      for (int64_t i = 0; i < length; i += lanes)
        store_lanes(apply_derivative(product.function, product.slope, load_lanes(product.below + s * product.ldbelow + i, length - i), load_lanes(out + i, length - i)),
                    out + i, length - i);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
