// The tiles of a block of samples: each image is cut into 4x4 outputs, row by row, and tiles are numbered sample after
// sample. The last ones of a row or column reach over the image's edge; what lies outside counts as zero.
#pragma once
#include <stdint.h>

#include "conv/geometry.h"
#include "isa/isa.h"
#include "simd/vec.h"
#include "winograd/transform.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// Tiles that are transformed, multiplied and transformed back at a time: a whole number of register tiles, few enough
// that all points of them stay in the second-level cache.
constexpr int64_t winograd_tiles = 48;
static_assert(winograd_tiles % tile_rows == 0);

// Numbers from the tiles of a point to those of the next: an odd number of cache lines, so that the 36 stores of a
// transform do not fall into one set of the cache.
template <class T> constexpr int64_t point_stride(int64_t columns) { return winograd_tiles * columns + Vec<T>::lanes; }

struct TileGrid {
  int64_t down, across;
  TileGrid(int64_t height, int64_t width)
      : down((height + winograd_outputs - 1) / winograd_outputs),
        across((width + winograd_outputs - 1) / winograd_outputs) {}
  int64_t per_image() const { return down * across; }
};

// The tiles of dL/dz. Where z is pooled in windows of `pool`, what lies in no whole one is 0, and no tile's.
inline TileGrid delta_grid(const ConvGeometry& g, int64_t pool) {
  return pool > 1 ? TileGrid(g.out_height / pool * pool, g.out_width / pool * pool)
                  : TileGrid(g.out_height, g.out_width);
}

// Where a tile lies: its image and first output.
struct TilePlace {
  int64_t image, y, x;
  TilePlace(const TileGrid& grid, int64_t tile)
      : image(tile / grid.per_image()),
        y(tile % grid.per_image() / grid.across * winograd_outputs),
        x(tile % grid.across * winograd_outputs) {}
};

// Rows of images as a kernel reads them.
template <class T> struct Images {
  const T* x;
  int64_t ld, height, width, channels;

  // The pixels of the square of `size` whose first one is (y, x): pointers to their channels, `outside` for those that
  // do not exist.
  template <int size>
  inline void square(int64_t image, int64_t y, int64_t x0, const T* outside, const T** pixels) const {
    const T* from = x + image * ld;
    for (int64_t i = 0; i < size; i++)
      for (int64_t j = 0; j < size; j++) {
        const bool inside = y + i >= 0 && y + i < height && x0 + j >= 0 && x0 + j < width;
        pixels[i * size + j] = inside ? from + ((y + i) * width + x0 + j) * channels : outside;
      }
  }
};

// A vector goes through a transform one register after the other: 18 vectors of two registers are more than AVX2 holds.
// No number of one lane meets one of another: the bits are those of whole vectors.

// B^T d B of one vector of channels: `pixels` point to a tile's 6x6, point k goes to v[k * stride].
template <class T>
__attribute__((noinline)) void transform_input_vector(const T* const* pixels, int64_t channel, T* v, int64_t stride) {
  using R = Reg<T>;
  for (int c = 0; c < Vec<T>::lanes; c += R::width)
    transform_input<R>([&](int i, int j) { return R::load(pixels[i * winograd_inputs + j] + channel + c); },
                       [&](int point, R value) { value.store(v + point * stride + c); });
}

// A dy A^T of one vector of channels of a tile's 4x4.
template <class T>
__attribute__((noinline)) void transform_delta_vector(const T* const* pixels, int64_t channel, T* d, int64_t stride) {
  using R = Reg<T>;
  for (int c = 0; c < Vec<T>::lanes; c += R::width)
    transform_delta<R>([&](int i, int j) { return R::load(pixels[i * winograd_outputs + j] + channel + c); },
                       [&](int point, R value) { value.store(d + point * stride + c); });
}

// Transforms the channels [from, to) of tiles [tile, tile + count), in squares of `size` pixels that begin (top, left)
// before the tile's first output: point k of channel c of the i-th goes to out[k * stride + i * ld + (c - from)].
// `outside`: zeros, as many as channels. Beyond `to` the last vector holds zeros.
template <class T, int size, class Transform>
inline void transform_tiles(const Images<T>& images, const TileGrid& grid, int64_t top, int64_t left, int64_t tile,
                            int64_t count, int64_t from, int64_t to, const T* outside, T* out, int64_t stride,
                            int64_t ld, Transform&& transform) {
  constexpr int64_t lanes = Vec<T>::lanes;
  for (int64_t i = 0; i < count; i++, out += ld) {
    const TilePlace place(grid, tile + i);
    const T* pixels[size * size];
    images.template square<size>(place.image, place.y - top, place.x - left, outside, pixels);
    int64_t c = from;
    for (; c + lanes <= to; c += lanes) transform(pixels, c, out + (c - from), stride);
    if (c == to) continue;
    // A narrower vector, through a copy: its pixels may end where the buffer does.
    alignas(64) T copy[size * size][lanes];
    for (int k = 0; k < size * size; k++) {
      Vec<T>::load_partial(pixels[k] + c, int(to - c)).store(copy[k]);
      pixels[k] = copy[k];
    }
    transform(pixels, 0, out + (c - from), stride);
  }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
