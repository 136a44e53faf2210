// The gradient by an input of few channels, whose vectors would be mostly empty: the columns are all taps' channels
// instead. For each output position, dy times the kernel as [filter][tap, channel] gives what it passes to each number
// of its window; an input pixel then adds what the windows that hold it pass to it, tap by tap in the order of the
// turned kernel.
#pragma once
#include <stdint.h>

#include "activation/functions.h"
#include "conv/geometry.h"
#include "conv/operands.h"
#include "gemm/product.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Both tables lie on the stack, so that larger ones are left to ConvProduct.
constexpr int64_t passed_bytes = 96 * 1024, kernel_rows_bytes = 32 * 1024;

template <class T> struct ConvBackwardFew {
  const ConvOperands<T>& o;
  const int64_t kernel_columns, kernel_ld,
      passed_ld;  // taps x channels; from filter to filter; from position to position
  T kernel[kernel_rows_bytes / sizeof(T)], passed[passed_bytes / sizeof(T)];

  static constexpr int64_t lanes = Vec<T>::lanes;
  // Not the tile's own rows: the choice must be the same on every instruction set.
  static constexpr int64_t fewest_positions = 8;
  static_assert(tile_rows <= fewest_positions);

  // The tables stay as they are: filling them would take as long as the work.
  ConvBackwardFew(const ConvOperands<T>& operands, int64_t columns)
      : o(operands), kernel_columns(columns), kernel_ld(round_to_lanes<T>(columns)), passed_ld(kernel_ld + lanes) {}

  static bool suits(const ConvGeometry& g) {
    const int64_t columns = g.taps() * g.channels, ld = round_to_lanes<T>(columns),
                  positions = g.out_height * g.out_width;
    return 2 * g.channels <= lanes && positions >= fewest_positions &&
           (g.filters * ld + lanes) * int64_t(sizeof(T)) <= kernel_rows_bytes &&
           (positions + 1) * (ld + lanes) * int64_t(sizeof(T)) <= passed_bytes;
  }

  // From [tap, filter][one vector of channels] to [filter][tap, channel].
  void lay_out_kernel() {
    const int64_t taps = o.vertical.kernel * o.horizontal.kernel, filters = o.channels;
    for (int64_t f = 0; f < filters; f++)
      for (int64_t t = 0; t < taps; t++)
        Vec<T>::load(o.packed + (t * filters + f) * lanes).store(kernel + f * kernel_ld + t * o.columns);
    for (int64_t f = 0; f < filters; f++)
      for (int64_t k = kernel_columns; k < kernel_ld; k++) kernel[f * kernel_ld + k] = 0;
  }

  // dx of a sample from what its outputs pass.
  void gather(T* out) const {
    const Axis &vertical = o.vertical, &horizontal = o.horizontal;
    for (int64_t i = 0; i < vertical.positions; i++) {
      const Taps v = vertical.taps(i);
      for (int64_t j = 0; j < horizontal.positions; j++) {
        const Taps h = horizontal.taps(j);
        Vec<T> sum = Vec<T>::zero();
        for (int64_t t = 0; t < v.count; t++)
          for (int64_t r = 0; r < h.count; r++) {
            const int64_t position = (v.source + t) * horizontal.image + h.source + r,
                          tap = o.row_of(v, t, h, r) / o.channels;
            sum = sum + Vec<T>::load(passed + position * passed_ld + tap * o.columns);
          }
        sum.store_partial(out + (i * horizontal.positions + j) * o.columns, int(o.columns));
      }
    }
  }

  void multiply() {
    const int64_t positions = o.vertical.image * o.horizontal.image, vectors = kernel_ld / lanes;
    lay_out_kernel();
    for (int64_t s = 0; s < o.samples; s++) {
      const T* const dy = o.x + s * o.ldx;
      for (int64_t next = 0; next < positions; next += tile_rows) {
        // The last tile takes some positions again.
        const int64_t row = next < positions - tile_rows ? next : positions - tile_rows;
        for (int64_t vector = 0; vector < vectors; vector += tile_vectors)
          multiply_tile<T>({o.channels, dy + row * o.channels, o.channels, 1, kernel + vector * lanes, kernel_ld,
                            passed + row * passed_ld + vector * lanes, passed_ld, Begin::zero, nullptr, nullptr},
                           tile_rows, vectors - vector);
      }
      T* const out = o.y + s * o.ldy;
      gather(out);
      if (o.below) derive(out, o.below + s * o.ldbelow);
    }
  }

  void derive(T* out, const T* below) const {
    const int64_t length = o.vertical.positions * o.horizontal.positions * o.columns;
    for (int64_t i = 0; i < length; i += lanes) {
      const int64_t left = length - i;
      store_lanes(apply_derivative(o.activation, o.slope, load_lanes(below + i, left), load_lanes(out + i, left)),
                  out + i, left);
    }
  }
};

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
