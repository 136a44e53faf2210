// Convolution in groups of channels, depthwise too, by the definition: lanes hold filters. A filter's sum goes tap by
// tap, and of a tap channel by channel, whatever the blocks.
#pragma once
#include <stdint.h>
#include <string.h>

#include "activation/functions.h"
#include "conv/geometry.h"
#include "gemm/panels.h"
#include "op.h"
#include "reduce/groups.h"
#include "simd/lanes.h"
#include "simd/vec.h"

namespace heddle::HEDDLE_ISA_NAMESPACE {

// A geometry with groups. Calls are made for each output pixel and each tap that meets the image.
struct Pieces {
  const ConvGeometry& g;
  int64_t pieces;
  int64_t each() const { return g.channels / pieces; }
  int64_t first_channel(int64_t filter) const { return filter / (g.filters / pieces) * each(); }
  bool depthwise() const { return pieces == g.channels && g.filters == g.channels; }

  template <class F> void taps_of(int64_t i, int64_t j, F&& f) const {
    for (int64_t ky = 0; ky < g.kernel_height; ky++) {
      const int64_t y = i * g.stride_height + ky - g.pad_top;
      if (y < 0 || y >= g.height) continue;
      for (int64_t kx = 0; kx < g.kernel_width; kx++) {
        const int64_t x = j * g.stride_width + kx - g.pad_left;
        if (x >= 0 && x < g.width) f(ky * g.kernel_width + kx, y * g.width + x);
      }
    }
  }
};

// What the filters from `filter` on see of a pixel as their channel number c: a lane each.
template <class T> HEDDLE_INLINE Vec<T> seen(const Pieces& p, const T* pixel, int64_t filter, int64_t c) {
  if (p.depthwise()) return load_lanes(pixel + filter, p.g.channels - filter);
  T lane[Vec<T>::lanes] = {0};
  for (int64_t l = 0; l < Vec<T>::lanes && filter + l < p.g.filters; l++)
    lane[l] = pixel[p.first_channel(filter + l) + c];
  return Vec<T>::load(lane);
}

template <class T> struct GroupedConvArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* w;   // packed [taps * channels / pieces][filters]
  const T* b;   // [filters padded], or null
  T* y;
  int64_t ldy;  // [chunk][ldy]
  ConvGeometry geometry;
  int64_t pieces;
  Activation activation;
  double slope;
};

// groupedConv: y = f(b + w * x).
template <class T> void grouped_conv(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<GroupedConvArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  const Pieces p = {g, a.pieces};
  const int64_t each = p.each(), depth = g.taps() * each;
  with_function(a.activation, V::set1(T(a.slope)), [&](auto&& f) {
    for (int64_t r = step.first; r < step.first + step.rows; r++)
      for_each_panel(a.w, depth, g.filters, [&](const PanelView<T>& panel) {
        for (int64_t v = 0; v < panel.ld && panel.column + v < g.filters; v += V::lanes) {
          const int64_t filter = panel.column + v;
          const V bias = a.b ? V::load(a.b + filter) : V::zero();
          for (int64_t i = 0; i < g.out_height; i++)
            for (int64_t j = 0; j < g.out_width; j++) {
              V sum = bias;
              p.taps_of(i, j, [&](int64_t tap, int64_t source) {
                const T* const pixel = a.x + r * a.ldx + source * g.channels;
                for (int64_t c = 0; c < each; c++)
                  sum = fma(seen(p, pixel, filter, c), V::load(panel.panel + (tap * each + c) * panel.ld + v), sum);
              });
              store_lanes(f(sum), a.y + r * a.ldy + (i * g.out_width + j) * g.filters + filter, g.filters - filter);
            }
        }
      });
  });
}

template <class T> struct GroupedInputGradientArguments {
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  const T* w;    // packed [taps * channels / pieces][filters]
  T* dx;
  int64_t lddx;  // [chunk][lddx]
  const T* y;
  int64_t ldy;  // [chunk][ldy]: the output of the function below, or null
  ConvGeometry geometry;
  int64_t pieces;
  Activation activation;
  double slope;
};

// groupedInputGradient: dx = (w^T * dy) f'(y). Each number of dx is added to output pixel by output pixel, tap by tap.
template <class T> void grouped_input_gradient(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<GroupedInputGradientArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  const Pieces p = {g, a.pieces};
  const int64_t each = p.each(), depth = g.taps() * each, numbers = g.height * g.width * g.channels;
  for (int64_t r = step.first; r < step.first + step.rows; r++) {
    T* const out = a.dx + r * a.lddx;
    memset(out, 0, size_t(numbers) * sizeof(T));
    for (int64_t i = 0; i < g.out_height; i++)
      for (int64_t j = 0; j < g.out_width; j++) {
        const T* const delta = a.dy + r * a.lddy + (i * g.out_width + j) * g.filters;
        p.taps_of(i, j, [&](int64_t tap, int64_t source) {
          T* const pixel = out + source * g.channels;
          for (int64_t c = 0; c < each; c++)
            for_each_panel(a.w, depth, g.filters, [&](const PanelView<T>& panel) {
              const T* const row = panel.panel + (tap * each + c) * panel.ld;
              for (int64_t v = 0; v < panel.ld && panel.column + v < g.filters; v += V::lanes) {
                const int64_t filter = panel.column + v, left = g.filters - filter;
                if (p.depthwise()) {
                  store_lanes(fma(load_lanes(delta + filter, left), V::load(row + v), load_lanes(pixel + filter, left)),
                              pixel + filter, left);
                  continue;
                }
                for (int64_t l = 0; l < V::lanes && l < left; l++) {
                  T* const at = pixel + p.first_channel(filter + l) + c;
                  // A product of one lane: rounded once, as those of whole vectors.
                  fma(V::set1(delta[filter + l]), V::set1(row[v + l]), V::set1(*at)).store_partial(at, 1);
                }
              }
            });
        });
      }
    if (!a.y) continue;
    with_derivative(a.activation, V::set1(T(a.slope)), [&](auto&& derive) {
      for (int64_t i = 0; i < numbers; i += V::lanes) {
        const int64_t left = numbers - i;
        store_lanes(derive(load_lanes(a.y + r * a.ldy + i, left), load_lanes(out + i, left)), out + i, left);
      }
    });
  }
}

template <class T> struct GroupedWeightGradientArguments {
  const T* x;
  int64_t ldx;  // [chunk][ldx]
  const T* dy;
  int64_t lddy;  // [chunk][lddy]
  T* g;
  int64_t stride;  // [groups][stride]: packed as the kernel
  ConvGeometry geometry;
  int64_t pieces;
  int64_t first_slice, last_slice;
};

// groupedWeightGradient: adds this block's samples to the gradient of its group of samples, of the slices [first,
// last), which are panels.
template <class T> void grouped_weight_gradient(const Word* words, const Step& step) {
  using V = Vec<T>;
  const auto a = read_arguments<GroupedWeightGradientArguments<T>>(words);
  const ConvGeometry& g = a.geometry;
  const Pieces p = {g, a.pieces};
  const int64_t each = p.each(), depth = g.taps() * each;
  constexpr int64_t width = panel_vectors * V::lanes;
  const OwnUnits own(a.first_slice, a.last_slice, step.group, (g.filters + width - 1) / width);
  if (own.first >= own.last) return;
  const int64_t first = own.first * width, last = own.last * width < g.filters ? own.last * width : g.filters;
  // Whole panels lie side by side.
  T* const gradient = a.g + step.group * a.stride + first * depth;
  if (step.start) memset(gradient, 0, size_t(depth * round_to_lanes<T>(last - first)) * sizeof(T));
  for (int64_t r = step.first; r < step.first + step.rows; r++)
    for (int64_t i = 0; i < g.out_height; i++)
      for (int64_t j = 0; j < g.out_width; j++) {
        const T* const delta = a.dy + r * a.lddy + (i * g.out_width + j) * g.filters;
        p.taps_of(i, j, [&](int64_t tap, int64_t source) {
          const T* const pixel = a.x + r * a.ldx + source * g.channels;
          for (int64_t c = 0; c < each; c++)
            for_each_panel(gradient, depth, last - first, [&](const PanelView<T>& panel) {
              T* const row = const_cast<T*>(panel.panel) + (tap * each + c) * panel.ld;
              for (int64_t v = 0; v < panel.ld && first + panel.column + v < g.filters; v += V::lanes) {
                const int64_t filter = first + panel.column + v;
                fma(seen(p, pixel, filter, c), load_lanes(delta + filter, g.filters - filter), V::load(row + v))
                    .store(row + v);
              }
            });
        });
      }
}

}  // namespace heddle::HEDDLE_ISA_NAMESPACE
